//! Bytes as an archive of a chart, which is then rendered: no panic, and limits that hold.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sekisho_chart::chart::{Chart, ChartBudget};
use sekisho_chart::render::{Options, render};
use sekisho_chart::template::Budget;
use sekisho_manifest::SourceId;

fuzz_target!(|bytes: &[u8]| {
    // An archive is seldom drawn: most bytes are files, each its name and its text.
    let budget =
        ChartBudget { file_bytes: 1 << 16, chart_bytes: 1 << 18, files: 200, ..ChartBudget::default() };
    let mut sources = |_: &str, _: &_| SourceId(0);
    let chart = if bytes.starts_with(&[0x1f, 0x8b]) {
        Chart::from_archive(bytes, &mut sources, &budget)
    } else {
        let text = String::from_utf8_lossy(bytes);
        let mut files: Vec<(String, &str)> =
            vec![("Chart.yaml".to_owned(), "apiVersion: v2\nname: c\nversion: 1.0.0\n")];
        for piece in text.split('\u{1}') {
            let (name, content) = piece.split_once('\u{2}').unwrap_or(("templates/a.yaml", piece));
            files.retain(|(known, _)| known != name);
            files.push((name.to_owned(), content));
        }
        let paths: Vec<_> = files.iter().map(|(path, _)| path.as_str().into()).collect();
        let mut read = |path: &str| {
            let file = files.iter().find(|(known, _)| known == path);
            file.map(|(_, text)| text.as_bytes().to_vec()).ok_or_else(|| "no such file".to_owned())
        };
        Chart::from_folder(&paths, &mut read, &mut sources, &budget)
    };
    if let Ok(chart) = chart {
        let budget = Budget { steps: 100_000, bytes: 8 << 20, depth: 1_000 };
        let options = Options { budget, include_definitions: true, ..Options::default() };
        if let Ok(rendering) = render(&chart, &options) {
            let _ = rendering.to_text();
        }
    }
});
