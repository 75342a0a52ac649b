//! Texts as Dockerfiles, shells' texts and histories: no panic, no hang, spans that lie in the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sekisho_dockerfile::{Settings, Step, commands, of_history, parse};
use sekisho_manifest::SourceId;

fuzz_target!(|text: &str| {
    if let Ok(dockerfile) = parse(SourceId(0), text) {
        for instruction in dockerfile.stages.iter().flat_map(|stage| &stage.instructions) {
            let (start, end) = (instruction.span.start as usize, instruction.span.end as usize);
            assert!(text.get(start..end).is_some());
            for pair in &instruction.pairs {
                assert!(text.get(pair.span.start as usize..pair.span.end as usize).is_some());
            }
            if let Some(script) = instruction.script() {
                commands(&script);
            }
        }
        dockerfile.object(SourceId(0), "Dockerfile");
    }
    commands(text);
    let steps: Vec<Step<'_>> =
        text.split('\0').map(|created_by| Step { created_by, layer: text.get(..40) }).collect();
    let words: Vec<String> = text.split('\0').take(8).map(str::to_owned).collect();
    let labels: Vec<_> = words.iter().map(|word| (word.clone(), word.clone())).collect();
    let user = words.first().map_or("", String::as_str);
    let settings = Settings { user, variables: &words, ports: &words, labels: &labels, healthcheck: &words };
    let written = of_history(&steps, &settings);
    assert_eq!(parse(SourceId(0), &written).map(|dockerfile| dockerfile.stages.len()), Ok(1));
});
