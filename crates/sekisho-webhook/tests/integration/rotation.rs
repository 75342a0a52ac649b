//! An authority of our own over two years: whoever trusts what was told trusts every certificate that is shown.

use std::sync::{Arc, Mutex};

use sekisho_webhook::tls::{
    Authorities, Certificate, CertificateSource, Given, Own, Rotation, Store, StoreError, describe,
};

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;
/// 2026-01-01
const START: i64 = 1_767_225_600;

/// A store that several replicas share, as a Secret is.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Held>>);

#[derive(Default)]
struct Held {
    text: Option<String>,
    version: u64,
    told: String,
}

impl Store for Shared {
    fn load(&mut self) -> Result<Option<(String, String)>, StoreError> {
        let held = self.0.lock().unwrap();
        Ok(held.text.clone().map(|text| (text, held.version.to_string())))
    }

    fn save(&mut self, text: &str, _bundle: &str, version: Option<&str>) -> Result<bool, StoreError> {
        let mut held = self.0.lock().unwrap();
        let known = held.text.as_ref().map(|_| held.version.to_string());
        if known.as_deref() != version {
            return Ok(false);
        }
        held.text = Some(text.to_owned());
        held.version += 1;
        Ok(true)
    }

    fn publish(&mut self, bundle: &str) -> Result<(), StoreError> {
        bundle.clone_into(&mut self.0.lock().unwrap().told);
        Ok(())
    }
}

fn replica(store: &Shared, clock: &Arc<Mutex<i64>>) -> Own {
    let clock = Arc::clone(clock);
    let told = Box::new(move || *clock.lock().unwrap());
    Own::with_clock(Box::new(store.clone()), vec!["localhost".to_owned()], Rotation::default(), told)
}

/// Whether a certificate is trusted at a time by somebody who was told this.
fn is_trusted(certificate: &Certificate, told: &str, at: i64) -> bool {
    use rustls::client::WebPkiServerVerifier;
    use rustls::client::danger::ServerCertVerifier as _;
    use rustls::pki_types::pem::PemObject as _;
    use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
    let mut roots = rustls::RootCertStore::empty();
    for one in CertificateDer::pem_slice_iter(told.as_bytes()) {
        roots.add(one.expect("PEM")).expect("a certificate");
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier =
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build().expect("roots");
    let now = UnixTime::since_unix_epoch(std::time::Duration::from_secs(at.try_into().expect("after 1970")));
    let name = ServerName::try_from("localhost").expect("a name");
    verifier.verify_server_cert(certificate.chain().first().expect("one"), &[], &name, &[], now).is_ok()
}

#[test]
fn at_no_time_is_a_certificate_shown_that_callers_do_not_trust() {
    let (store, clock) = (Shared::default(), Arc::new(Mutex::new(START)));
    let mut replicas = [replica(&store, &clock), replica(&store, &clock)];
    let mut told_before = String::new();
    let mut certificates = Vec::new();
    for step in 0..(2 * 365 * 4) {
        let now = START + step * 6 * HOUR;
        *clock.lock().unwrap() = now;
        let shown: Vec<Certificate> =
            replicas.iter_mut().map(|one| one.current().expect("a certificate")).collect();
        let told = store.0.lock().unwrap().told.clone();
        for certificate in &shown {
            assert!(is_trusted(certificate, &told, now), "day {}", step / 4);
            // A caller that has not heard of the change yet, and one whose clock is behind.
            assert!(told_before.is_empty() || is_trusted(certificate, &told_before, now), "day {}", step / 4);
            assert!(is_trusted(certificate, &told, now - HOUR + 1), "day {}", step / 4);
        }
        for certificate in &shown {
            if !certificates.contains(&certificate.not_after) {
                certificates.push(certificate.not_after);
            }
        }
        told_before = told;
    }
    assert!(certificates.len() > 100, "{}", certificates.len());
    let authorities = told_before.matches("BEGIN CERTIFICATE").count();
    assert!(authorities <= 2, "{authorities}");
}

#[test]
fn a_certificate_is_the_same_until_it_has_to_change() {
    let (store, clock) = (Shared::default(), Arc::new(Mutex::new(START)));
    let mut one = replica(&store, &clock);
    let first = one.current().expect("a certificate");
    *clock.lock().unwrap() = START + DAY;
    assert_eq!(one.current().expect("a certificate").not_after, first.not_after);
    *clock.lock().unwrap() = START + 4 * DAY;
    assert!(one.current().expect("a certificate").not_after > first.not_after);
}

#[test]
fn replicas_that_begin_at_once_have_one_authority() {
    let (store, clock) = (Shared::default(), Arc::new(Mutex::new(START)));
    let shown = [replica(&store, &clock), replica(&store, &clock)]
        .map(|mut one| one.current().expect("a certificate"));
    let told = store.0.lock().unwrap().told.clone();
    assert_eq!(told.matches("BEGIN CERTIFICATE").count(), 1);
    assert!(shown.iter().all(|certificate| is_trusted(certificate, &told, START)));
}

#[test]
fn what_a_clock_made_that_was_ahead_goes_when_the_clock_is_right() {
    let (store, clock) = (Shared::default(), Arc::new(Mutex::new(START + 30 * DAY)));
    let mut ahead = replica(&store, &clock);
    let early = ahead.current().expect("a certificate");
    let told = || store.0.lock().unwrap().told.clone();
    assert!(!is_trusted(&early, &told(), START), "callers whose clocks are right do not trust it");
    // Another replica, and the same one after its clock was set.
    let right = Arc::new(Mutex::new(START));
    let shown = replica(&store, &right).current().expect("a certificate");
    assert!(is_trusted(&shown, &told(), START));
    *clock.lock().unwrap() = START;
    let mended = ahead.current().expect("a certificate");
    assert!(is_trusted(&mended, &told(), START) && is_trusted(&shown, &told(), START));
    assert_eq!(told().matches("BEGIN CERTIFICATE").count(), 1);
    // One that is ahead again leaves the authority as it is.
    *clock.lock().unwrap() = START + 30 * DAY;
    let before = told();
    ahead.current().expect("a certificate");
    assert_eq!(told(), before);
}

#[test]
fn a_certificate_is_made_anew_when_the_clock_is_set_back() {
    let (store, clock) = (Shared::default(), Arc::new(Mutex::new(START)));
    let mut one = replica(&store, &clock);
    one.current().expect("a certificate");
    *clock.lock().unwrap() = START + 3 * DAY;
    let mut other = replica(&store, &clock);
    let early = other.current().expect("a certificate");
    let told = store.0.lock().unwrap().told.clone();
    assert!(!is_trusted(&early, &told, START + DAY));
    *clock.lock().unwrap() = START + DAY;
    assert!(is_trusted(&other.current().expect("a certificate"), &told, START + DAY));
}

#[test]
fn an_authority_that_an_earlier_version_kept_goes_on() {
    let made = Authorities::default().kept_up(START, &Rotation::default()).expect("made").expect("changed");
    let mut kept: serde_json::Value = serde_json::from_str(&made.write()).expect("JSON");
    let authority = kept["authorities"][0].as_object_mut().expect("an authority");
    assert_eq!(authority.remove("notBefore"), Some((START - HOUR).into()));
    let read = Authorities::read(&kept.to_string()).expect("it is read");
    assert_eq!(read.kept_up(START + DAY, &Rotation::default()).expect("kept"), None);
}

#[test]
fn what_is_kept_can_be_read_again_and_nonsense_is_an_error() {
    let made = Authorities::default().kept_up(START, &Rotation::default()).expect("made").expect("changed");
    let again = Authorities::read(&made.write()).expect("it was written");
    assert_eq!(again.kept_up(START + DAY, &Rotation::default()).expect("kept"), None);
    assert!(!format!("{again:?}").contains("PRIVATE"));
    for nonsense in ["", "{}", "[]", "{\"authorities\":[{}]}"] {
        assert!(Authorities::read(nonsense).is_err(), "{nonsense}");
    }
}

#[test]
fn files_are_followed_and_a_half_written_one_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let (chain, key) = (folder.path().join("tls.crt"), folder.path().join("tls.key"));
    let made = |name: &str| {
        let key = rcgen::KeyPair::generate().expect("a key");
        let params = rcgen::CertificateParams::new(vec![name.to_owned()]).expect("parameters");
        (params.self_signed(&key).expect("a certificate").pem(), key.serialize_pem())
    };
    let (one, one_key) = made("one");
    std::fs::write(&chain, &one).expect("written");
    std::fs::write(&key, &one_key).expect("written");
    let mut given = Given::new(chain.clone(), key.clone());
    let first = given.current().expect("a certificate");
    assert_eq!(given.current().expect("the same").chain(), first.chain());
    let (two, two_key) = made("two");
    std::fs::write(&chain, &two).expect("written");
    assert!(given.current().is_err(), "the key is that of another certificate");
    std::fs::write(&key, &two_key).expect("written");
    assert_ne!(given.current().expect("the new one").chain(), first.chain());
    std::fs::write(&key, "").expect("written");
    assert!(given.current().is_err());
}

#[test]
fn certificates_are_described() {
    let key = rcgen::KeyPair::generate().expect("a key");
    let mut params = rcgen::CertificateParams::new(Vec::new()).expect("parameters");
    params.distinguished_name.push(rcgen::DnType::CommonName, "kube-apiserver");
    params.distinguished_name.push(rcgen::DnType::OrganizationName, "system:masters");
    params.not_before = rcgen::date_time_ymd(2026, 1, 1);
    params.not_after = rcgen::date_time_ymd(2051, 1, 1);
    let made = params.self_signed(&key).expect("a certificate");
    let described = describe(made.der()).expect("a certificate");
    assert_eq!(
        (described.name.as_str(), described.not_before, described.not_after),
        ("kube-apiserver", START, 2_556_144_000)
    );
    let whole = made.der().to_vec();
    for end in 0..whole.len() {
        assert_eq!(describe(&whole[..end]).filter(|described| described.name.is_empty()), None);
    }
}
