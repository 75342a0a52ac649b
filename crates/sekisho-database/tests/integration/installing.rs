//! A database in its place: whole or not at all, whatever interrupts.

use std::fs;
use std::path::Path;

use sekisho_advisory::format::read_osv;
use sekisho_advisory::{Advisory, Budget};
use sekisho_database::{InstallError, Trust, install, open, read_trusted};
use sekisho_vulnerability::{Contents, Database, Delta, Origin, PrivateKey};
use tempfile::TempDir;

fn advisory(id: &str, fixed: &str) -> Advisory {
    let text = format!(
        r#"{{"id": "{id}", "affected": [{{"package": {{"ecosystem": "npm", "name": "a"}},
        "ranges": [{{"type": "SEMVER", "events": [{{"introduced": "0"}}, {{"fixed": "{fixed}"}}]}}]}}]}}"#
    );
    read_osv(&text, &Budget::default()).unwrap()
}

fn built(at: i64, ids: &[&str]) -> Vec<u8> {
    let mut contents = Contents::new(true);
    let origin = contents.origin(Origin { name: "test".into(), ..Origin::default() });
    for id in ids {
        contents.add(origin, &advisory(id, "2.0.0"));
    }
    contents.encode(at).unwrap()
}

#[test]
fn an_update_cut_off_at_any_byte_leaves_the_old_database() {
    let folder = TempDir::new().unwrap();
    let place = folder.path().join("cache/vulnerabilities.db");
    let (old, new) = (built(1, &["A"]), built(2, &["A", "B"]));
    install(&place, &old).unwrap();
    for length in 0..new.len() {
        // A file that was being written when the machine stopped, under any name that is not the place.
        fs::write(place.with_file_name(".sekisho-x.part"), &new[..length]).unwrap();
        let kept = open(&place).unwrap();
        assert_eq!(kept.len(), 1, "{length}");
        // A download that broke off is refused before it touches anything.
        let trust = Trust::default();
        assert!(
            read_trusted(Path::new("new"), new[..length].to_vec(), Some(&place), &trust).is_err(),
            "{length}"
        );
        // And half of one that stands in the place itself, by whatever means, is refused with a word.
        let half = folder.path().join("half.db");
        fs::write(&half, &new[..length]).unwrap();
        let error = open(&half).unwrap_err().to_string();
        assert!(
            error.contains("cut off") || error.contains("no sekisho database") || length == 0,
            "{length}: {error}"
        );
    }
    let bytes = read_trusted(Path::new("new"), new.clone(), Some(&place), &Trust::default()).unwrap();
    let reader = open(&place).unwrap();
    install(&place, &bytes).unwrap();
    // Who has it open goes on with the old one; who opens it now sees the new one.
    assert_eq!(reader.len(), 1);
    reader.prove().unwrap();
    assert_eq!(open(&place).unwrap().len(), 2);
}

#[test]
fn one_wrong_byte_does_not_get_into_place() {
    let new = built(2, &["A", "B"]);
    for at in 0..new.len() {
        let mut bytes = new.clone();
        bytes[at] ^= 1;
        assert!(read_trusted(Path::new("new"), bytes, None, &Trust::default()).is_err(), "byte {at}");
    }
}

#[test]
fn deltas_go_on_from_what_is_there() {
    let folder = TempDir::new().unwrap();
    let place = folder.path().join("vulnerabilities.db");
    let (old, new) = (built(1, &["A", "B"]), built(2, &["B", "C"]));
    let open_bytes = |bytes: &Vec<u8>| Database::open(bytes.clone()).unwrap();
    let delta = Delta::between(&open_bytes(&old), &open_bytes(&new)).unwrap();
    let read =
        |place: Option<&Path>| read_trusted(Path::new("delta"), delta.clone(), place, &Trust::default());
    let error = read(Some(&place)).unwrap_err().to_string();
    assert!(error.contains("whole database"), "{error}");
    install(&place, &old).unwrap();
    assert_eq!(read(Some(&place)).unwrap(), new);
    install(&place, &new).unwrap();
    assert!(read(Some(&place)).unwrap_err().to_string().contains("the delta is for the database of"));
    for length in 0..delta.len() {
        let cut = delta[..length].to_vec();
        assert!(read_trusted(Path::new("delta"), cut, Some(&place), &Trust::default()).is_err());
    }
}

#[test]
fn older_and_unsigned_ones_are_kept_out() {
    let folder = TempDir::new().unwrap();
    let place = folder.path().join("vulnerabilities.db");
    install(&place, &built(5, &["A"])).unwrap();
    let older = || built(4, &["A", "B"]);
    let read = |bytes, trust: &Trust| read_trusted(Path::new("x"), bytes, Some(&place), trust);
    assert!(matches!(read(older(), &Trust::default()).unwrap_err(), InstallError::Older));
    read(older(), &Trust { may_go_back: true, ..Trust::default() }).unwrap();
    let key = PrivateKey::from_seed([1; 32]);
    let trust = Trust { keys: vec![key.public()], may_go_back: false };
    let error = read(built(6, &["A"]), &trust).unwrap_err().to_string();
    assert!(error.contains("signature"), "{error}");
    read(Database::sign(built(6, &["A"]), &key).unwrap(), &trust).unwrap();
    let other = PrivateKey::from_seed([2; 32]);
    read(Database::sign(built(6, &["A"]), &other).unwrap(), &trust).unwrap_err();
}

#[test]
fn many_readers_share_one_file() {
    let folder = TempDir::new().unwrap();
    let place = folder.path().join("vulnerabilities.db");
    install(&place, &built(1, &["A"])).unwrap();
    let readers: Vec<Database> = (0..64).map(|_| open(&place).unwrap()).collect();
    let threads: Vec<_> =
        readers.into_iter().map(|database| std::thread::spawn(move || database.prove().is_ok())).collect();
    assert!(threads.into_iter().all(|thread| thread.join().unwrap()));
    assert!(open(folder.path()).is_err());
    assert!(open(&folder.path().join("absent")).unwrap_err().to_string().contains("cannot open"));
}
