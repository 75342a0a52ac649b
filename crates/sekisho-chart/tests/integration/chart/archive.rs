//! Archives, well-formed and hostile: numbers 1 to 13 of the catalogue of bad inputs.

use sekisho_chart::chart::{ArchiveError, Chart, ChartBudget, ChartError, LimitError};
use tar::EntryType;

use crate::in_memory::{Sources, archive, archive_of, chart_yaml, entry, gzip};

fn read(bytes: &[u8]) -> Result<Chart, ChartError> {
    read_within(bytes, &ChartBudget::default())
}

fn read_within(bytes: &[u8], budget: &ChartBudget) -> Result<Chart, ChartError> {
    let mut sources = Sources::default();
    Chart::from_archive(bytes, &mut |path, text| sources.add(path, text), budget)
}

fn refused(bytes: &[u8]) -> ArchiveError {
    match read(bytes) {
        Err(ChartError::Archive(error)) => error,
        other => panic!("not refused as an archive: {other:?}"),
    }
}

/// An archive of a chart and one more entry.
fn with_entry(path: &str, kind: EntryType, bytes: &[u8]) -> Vec<u8> {
    archive(|builder| {
        entry(builder, "demo/Chart.yaml", EntryType::Regular, chart_yaml("demo", "").as_bytes());
        entry(builder, path, kind, bytes);
    })
}

#[test]
fn an_archive_is_read_as_its_folder_would_be() {
    let inner = archive_of(&[
        ("sub/Chart.yaml", chart_yaml("sub", "").as_bytes()),
        ("sub/templates/a.yaml", b"a: 1"),
    ]);
    let bytes = archive_of(&[
        ("demo/Chart.yaml", chart_yaml("demo", "").as_bytes()),
        ("demo/templates/b.yaml", b"\xef\xbb\xbfb: 1"),
        ("demo/charts/sub-1.0.0.tgz", &inner),
    ]);
    let mut sources = Sources::default();
    let chart =
        Chart::from_archive(&bytes, &mut |path, text| sources.add(path, text), &ChartBudget::default())
            .unwrap();
    assert_eq!(chart.metadata.name, "demo");
    assert_eq!(&*chart.templates[0].text, "b: 1", "without its byte order mark");
    let sub = &chart.charts[0];
    assert_eq!(sub.templates[0].path, "templates/a.yaml");
    assert_eq!(sources.path(sub.templates[0].source), "charts/sub-1.0.0.tgz/templates/a.yaml");
}

#[test]
fn names_parted_by_backslashes_are_paths() {
    let bytes = archive_of(&[
        ("demo\\Chart.yaml", chart_yaml("demo", "").as_bytes()),
        ("demo\\templates\\a.yaml", b"a: 1"),
    ]);
    assert_eq!(read(&bytes).unwrap().templates[0].path, "templates/a.yaml");
}

#[test]
fn headers_of_git_archives_are_passed_over() {
    let bytes = archive(|builder| {
        entry(
            builder,
            "pax_global_header",
            EntryType::XGlobalHeader,
            b"52 comment=0123456789012345678901234567890123456789\n",
        );
        entry(builder, "demo/", EntryType::Directory, b"");
        entry(builder, "demo/Chart.yaml", EntryType::Regular, chart_yaml("demo", "").as_bytes());
    });
    assert_eq!(read(&bytes).unwrap().metadata.name, "demo");
}

#[test]
fn what_is_no_archive_is_refused() {
    assert_eq!(refused(b"apiVersion: v2\n"), ArchiveError::NotGzip);
    // Number 2 of the catalogue: what is packed by Zstandard is no chart, however large it would become.
    assert_eq!(refused(&[0x28, 0xb5, 0x2f, 0xfd, 0xa4, 0, 0, 0, 0x40]), ArchiveError::NotGzip);
    assert_eq!(refused(&gzip(b"")), ArchiveError::Empty);
    assert!(matches!(refused(&gzip(&[7; 2048])), ArchiveError::Broken(_)));
    let whole = archive_of(&[("demo/Chart.yaml", &vec![b'#'; 100_000])]);
    assert!(matches!(refused(&whole[..whole.len() / 2]), ArchiveError::Broken(_)));
}

#[test]
fn a_gzip_bomb_stops_at_the_limit_of_a_file() {
    let bytes = archive_of(&[
        ("demo/Chart.yaml", chart_yaml("demo", "").as_bytes()),
        ("demo/zeros", &vec![0; 6 << 20]),
    ]);
    let limit = LimitError::FileBytes { path: "demo/zeros".into(), limit: 5 << 20 };
    assert_eq!(read(&bytes).unwrap_err(), ChartError::Limit(limit));
}

#[test]
fn many_large_files_stop_at_the_limit_of_the_chart() {
    let budget = ChartBudget { chart_bytes: 3_000, ..ChartBudget::default() };
    let bytes = archive_of(&[("demo/a", &[0; 2_000]), ("demo/b", &[0; 2_000])]);
    assert_eq!(
        read_within(&bytes, &budget).unwrap_err(),
        ChartError::Limit(LimitError::ChartBytes { limit: 3_000 })
    );
}

#[test]
fn a_long_name_does_not_get_past_the_limits() {
    let name = "x".repeat(3 << 20);
    let bytes = archive(|builder| {
        entry(builder, "././@LongLink", EntryType::GNULongName, name.as_bytes());
        entry(builder, "demo/a", EntryType::Regular, b"");
    });
    assert_eq!(refused(&bytes), ArchiveError::PathTooLong);
    let budget = ChartBudget { chart_bytes: 1_000, files: 10, ..ChartBudget::default() };
    assert_eq!(
        read_within(&bytes, &budget).unwrap_err(),
        ChartError::Limit(LimitError::ChartBytes { limit: 1_000 })
    );
}

#[test]
fn charts_in_charts_share_one_budget() {
    let mut bytes =
        archive_of(&[("demo/Chart.yaml", chart_yaml("demo", "").as_bytes()), ("demo/a", &[0; 4_000])]);
    for _ in 0..4 {
        bytes = archive_of(&[
            ("demo/Chart.yaml", chart_yaml("demo", "").as_bytes()),
            ("demo/a", &[0; 4_000]),
            ("demo/charts/demo.tgz", &bytes),
        ]);
    }
    let within = |budget: ChartBudget| {
        let mut error = read_within(&bytes, &budget).unwrap_err();
        while let ChartError::Within { error: inner, .. } = error {
            error = *inner;
        }
        error
    };
    assert!(read(&bytes).is_ok());
    assert_eq!(
        within(ChartBudget { chart_bytes: 16_000, ..ChartBudget::default() }),
        ChartError::Limit(LimitError::ChartBytes { limit: 16_000 })
    );
    assert_eq!(
        within(ChartBudget { nesting: 3, ..ChartBudget::default() }),
        ChartError::Limit(LimitError::Nesting { limit: 3 })
    );
    assert_eq!(
        within(ChartBudget { files: 12, ..ChartBudget::default() }),
        ChartError::Limit(LimitError::Files { limit: 12 })
    );
}

#[test]
fn ten_million_tiny_files_stop_at_the_limit_of_files() {
    let mut header = tar::Header::new_gnu();
    header.set_path("demo/a").unwrap();
    header.set_size(0);
    header.set_cksum();
    let bytes = gzip(&header.as_bytes().repeat(60_000));
    assert_eq!(read(&bytes).unwrap_err(), ChartError::Limit(LimitError::Files { limit: 50_000 }));
}

#[test]
fn paths_that_leave_the_folder_are_refused() {
    let upward = |path: &str| ArchiveError::Upward { path: path.into() };
    for path in ["demo/../../etc/passwd", "../demo/a", "demo/templates/..", "demo\\..\\..\\a"] {
        assert_eq!(refused(&with_entry(path, EntryType::Regular, b"x")), upward(path));
    }
    for path in ["/etc/passwd", "demo//etc/passwd", "C:/demo/a", "demo/c:/a", "\\demo\\a"] {
        let absolute = ArchiveError::Absolute { path: path.into() };
        assert_eq!(refused(&with_entry(path, EntryType::Regular, b"x")), absolute);
    }
    for path in ["a", "Chart.yaml", "Chart.yaml/a"] {
        let outside = ArchiveError::Outside { path: path.into() };
        assert_eq!(refused(&with_entry(path, EntryType::Regular, b"x")), outside);
    }
}

#[test]
fn links_and_devices_are_refused() {
    for kind in [EntryType::Symlink, EntryType::Link] {
        assert_eq!(refused(&with_entry("demo/a", kind, b"")), ArchiveError::Link { path: "demo/a".into() });
    }
    for kind in [EntryType::Char, EntryType::Block, EntryType::Fifo, EntryType::new(b'Q')] {
        assert_eq!(
            refused(&with_entry("demo/a", kind, b"")),
            ArchiveError::Special { path: "demo/a".into() }
        );
    }
}

#[test]
fn a_size_that_lies_is_not_believed() {
    // The header says more than the archive has.
    let mut header = tar::Header::new_gnu();
    header.set_path("demo/a").unwrap();
    header.set_size(4_000);
    header.set_cksum();
    let short = gzip(&[header.as_bytes(), &[0; 512][..]].concat());
    assert!(matches!(refused(&short), ArchiveError::Truncated { .. } | ArchiveError::Broken(_)));
    // It says more than any file may have, and more than fits the machine.
    for size in [1 << 40, u64::MAX >> 1] {
        header.set_size(size);
        header.set_cksum();
        let error = read(&gzip(header.as_bytes())).unwrap_err();
        assert!(matches!(error, ChartError::Limit(LimitError::FileBytes { .. })), "{error:?}");
    }
    // The extended header says so.
    for size in ["99999999999999", "18446744073709551615", "-1", "x"] {
        let line = |length: usize| format!("{length} size={size}\n");
        let length = (1..100).find(|length| line(*length).len() == *length).unwrap();
        let bytes = archive(|builder| {
            entry(builder, "demo/x", EntryType::XHeader, line(length).as_bytes());
            entry(builder, "demo/Chart.yaml", EntryType::Regular, chart_yaml("demo", "").as_bytes());
        });
        // A size that is none may be passed over, as long as the file is read as it is.
        if let Ok(chart) = read(&bytes) {
            assert_eq!(chart.metadata.name, "demo");
        }
    }
}

#[test]
fn a_sparse_file_counts_with_its_holes() {
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(EntryType::GNUSparse);
    header.set_path("demo/a").unwrap();
    header.set_size(0);
    {
        let gnu = header.as_gnu_mut().unwrap();
        gnu.set_real_size(1 << 40);
        let digits = format!("{:011o}\0", 1_u64 << 32);
        gnu.sparse[0].offset.copy_from_slice(digits.as_bytes());
        gnu.sparse[0].numbytes.copy_from_slice(b"00000000000\0");
    }
    header.set_cksum();
    let error = read(&gzip(header.as_bytes())).unwrap_err();
    assert!(
        matches!(error, ChartError::Limit(LimitError::FileBytes { .. }) | ChartError::Archive(_)),
        "{error:?}"
    );
}
