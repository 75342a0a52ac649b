//! Settings from the command line of a container: static Pods and workloads that run a component.

use std::collections::HashMap;

use sekisho_manifest::workload::{Container, Pod};
use sekisho_manifest::{Node, Place, field};
use smol_str::{SmolStr, format_smolstr};

use super::shell;
use super::{Component, ComponentSettings, Setting, Style, Target, scalar};
use crate::kubernetes_release;

/// Programs that run the program named behind them.
const WRAPPERS: &[&str] = &[
    "exec",
    "env",
    "nice",
    "nohup",
    "timeout",
    "tini",
    "dumb-init",
    "go-runner",
    "watch-termination",
    "then",
    "do",
    "else",
    "{",
];

/// How many bytes of variables are written out for one container.
const EXPANSION: usize = 1 << 20;

const SHELLS: &[&str] = &["sh", "bash", "ash", "dash", "busybox"];

/// The components that the containers of a Pod run.
pub(super) fn of_pod<'a>(pod: &'a Pod<'a>) -> Vec<ComponentSettings<'a>> {
    pod.containers()
        .iter()
        .filter(|container| may_run_component(container))
        .filter_map(of_container)
        .collect()
}

/// A cheap look before the command line is taken apart.
fn may_run_component(container: &Container<'_>) -> bool {
    let names = |text: &str| text.contains("kube") || text.contains("etcd");
    names(container.image()) || ["command", "args"].iter().any(|list| container.node.strings(list).any(names))
}

/// One word of a command line and the item that it stands in.
struct Word<'a> {
    text: SmolStr,
    /// Whether a variable fills it that the container does not give.
    variable: bool,
    place: Place<'a>,
}

/// The arguments of a component's program.
struct CommandLine<'a> {
    component: Component,
    head: Place<'a>,
    words: Vec<Word<'a>>,
    /// Whether each word is an item of its own.
    plain: bool,
}

fn of_container<'a>(container: &Container<'a>) -> Option<ComponentSettings<'a>> {
    let mut environment = Environment::new(container);
    let command = words(container, "command", &mut environment);
    let args = words(container, "args", &mut environment);
    let list = if args.is_empty() && !command.is_empty() { "command" } else { "args" };
    let line = if command.is_empty() {
        image_line(container, args)?
    } else {
        find(command.into_iter().chain(args).collect())?
    };
    let mut open = false;
    let mut settings = Vec::new();
    if line.component == Component::Etcd {
        open |= container.node.get("envFrom").is_some_and(|sources| !sources.items().is_empty());
        settings = etcd_environment(container, &mut environment);
    }
    open |= flags(&line, &mut settings);
    let set = |name: &str| settings.iter().any(|setting| setting.flag == name);
    if set("version") || set("help") {
        return None;
    }
    match line.component {
        Component::Etcd if set("config-file") => {
            settings.clear();
            open = true;
        }
        Component::Kubelet => open |= set("config") || set("config-dir"),
        Component::KubeProxy => open |= set("config"),
        _ => {}
    }
    let list_path = container.path.child(list);
    Some(ComponentSettings {
        component: line.component,
        container: Some(container.name()),
        image: Some(container.field(field!["image"])),
        kubernetes_minor: minor_of_image(container.image(), line.component),
        head: line.head,
        settings,
        open,
        style: if line.plain { Style::Arguments(list_path) } else { Style::Fixed },
    })
}

fn words<'a>(container: &Container<'a>, list: &str, environment: &mut Environment<'_>) -> Vec<Word<'a>> {
    let items = container.node.get(list).map_or(&[][..], Node::items);
    items
        .iter()
        .enumerate()
        .filter_map(|(index, item)| {
            let (text, variable) = environment.expand(&scalar(item)?);
            Some(Word { text, variable, place: container.field(field![list, index]) })
        })
        .collect()
}

/// The variables of a container, and what may still be written out of them.
struct Environment<'a> {
    /// The values by name; none where another object gives it.
    values: HashMap<&'a str, Option<SmolStr>>,
    budget: usize,
}

impl<'a> Environment<'a> {
    fn new(container: &Container<'a>) -> Self {
        let variables = container.node.get("env").map_or(&[][..], Node::items);
        let values = variables.iter().map(|variable| {
            let literal = variable.get("valueFrom").is_none();
            let value = variable.get("value").and_then(scalar).unwrap_or_default();
            (variable.str("name"), literal.then_some(value))
        });
        Self { values: values.collect(), budget: EXPANSION }
    }

    /// Replaces `$(NAME)` by the variable as the kubelet does, and says whether something stays unknown:
    /// what another object gives, and what is more text than any command line holds.
    fn expand(&mut self, text: &SmolStr) -> (SmolStr, bool) {
        if !text.contains("$(") {
            return (text.clone(), false);
        }
        let mut out = String::new();
        let mut unknown = false;
        let mut rest = text.as_str();
        while let Some((before, after)) = rest.split_once("$(") {
            out.push_str(before);
            let Some((name, tail)) = after.split_once(')') else {
                out.push_str("$(");
                rest = after;
                continue;
            };
            let value = self.values.get(name).and_then(Option::as_ref);
            if let Some(value) = value.filter(|value| value.len() <= self.budget) {
                self.budget -= value.len();
                out.push_str(value);
            } else {
                unknown = true;
                out.push_str("$(");
                out.push_str(name);
                out.push(')');
            }
            rest = tail;
        }
        out.push_str(rest);
        (out.into(), unknown)
    }
}

/// The command line of a container that leaves the program to its image.
fn image_line<'a>(container: &Container<'a>, args: Vec<Word<'a>>) -> Option<CommandLine<'a>> {
    if args.first().is_some_and(|first| !first.text.starts_with('-')) {
        return find(args);
    }
    let component = Component::of_program(image_program(container.image()))?;
    let head = if args.is_empty() { field!["image"] } else { field!["args"] };
    Some(CommandLine { component, head: container.field(head), words: args, plain: true })
}

/// The last part of an image's name, without the architecture that old images carry.
fn image_program(image: &str) -> &str {
    let name = image.split('@').next().unwrap_or(image);
    let name = name.rsplit('/').next().unwrap_or(name);
    let name = name.split(':').next().unwrap_or(name);
    ["-amd64", "-arm64", "-arm"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name)
}

/// The minor release in the tag of an image of Kubernetes' own; others count in their own way.
fn minor_of_image(image: &str, component: Component) -> Option<u32> {
    let program = image_program(image);
    let own = program == "hyperkube" || Component::of_program(program) == Some(component);
    if own && component != Component::Etcd { kubernetes_release::minor_of_image(image) } else { None }
}

/// The component that a command line starts, by itself or from a shell.
fn find(mut words: Vec<Word<'_>>) -> Option<CommandLine<'_>> {
    let start = skip_wrappers(words.iter().map(|word| word.text.as_str()));
    let shell = words.get(start).is_some_and(|word| SHELLS.contains(&base_name(&word.text)));
    if !shell {
        let (component, index) = program(words.iter().map(|word| word.text.as_str()), start)?;
        let rest = words.split_off(index + 1);
        let head = words.pop()?.place;
        return Some(CommandLine { component, head, words: rest, plain: true });
    }
    let options = words.iter().skip(start + 1);
    let script = start + 1 + options.take_while(|word| word.text.starts_with(['-', '+'])).count();
    let runs_text =
        words.get(start..script)?.iter().any(|word| word.text.starts_with('-') && word.text.ends_with('c'));
    let script = words.get(script).filter(|_| runs_text)?;
    shell::commands(&script.text).into_iter().find_map(|mut words| {
        let start = skip_wrappers(words.iter().map(|word| word.text.as_str()));
        let (component, index) = program(words.iter().map(|word| word.text.as_str()), start)?;
        let words = words
            .drain(index + 1..)
            .map(|word| Word { text: word.text.into(), variable: word.variable, place: script.place.clone() })
            .collect();
        Some(CommandLine { component, head: script.place.clone(), words, plain: false })
    })
}

/// How many words come before the program: wrappers, their options, and assignments.
fn skip_wrappers<'w>(words: impl Iterator<Item = &'w str>) -> usize {
    let mut behind_one = false;
    words
        .take_while(|word| {
            let wrapper = WRAPPERS.contains(&base_name(word));
            behind_one |= wrapper;
            wrapper || is_assignment(word) || (behind_one && is_wrapper_option(word))
        })
        .count()
}

fn is_wrapper_option(word: &str) -> bool {
    word.starts_with('-') || word.starts_with(|first: char| first.is_ascii_digit())
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    })
}

/// The component that the word at `start` names, and the index of the last word that names it.
fn program<'w>(mut words: impl Iterator<Item = &'w str>, start: usize) -> Option<(Component, usize)> {
    let name = base_name(words.nth(start)?);
    if name == "hyperkube" {
        let name = words.next()?;
        let component =
            Component::of_program(name).or_else(|| Component::of_program(&format!("kube-{name}")))?;
        return Some((component, start + 1));
    }
    Some((Component::of_program(name)?, start))
}

fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Reads `--flag=value`, `--flag value` and `--flag`. Says whether a variable may hold further flags.
fn flags<'a>(line: &CommandLine<'a>, settings: &mut Vec<Setting<'a>>) -> bool {
    let mut open = false;
    let mut words = line.words.iter().peekable();
    while let Some(word) = words.next() {
        let dashed = word.text.strip_prefix("--").or_else(|| {
            // etcd reads flags as Go's own library does, with one dash too
            word.text.strip_prefix('-').filter(|_| line.component == Component::Etcd)
        });
        let Some(body) = dashed.filter(|body| !body.is_empty()) else {
            open |= word.variable && !word.text.starts_with('-');
            continue;
        };
        let (name, inline) =
            body.split_once('=').map_or((body, None), |(name, value)| (name, Some(SmolStr::new(value))));
        if name.contains('$') {
            open = true;
            continue;
        }
        let following = match inline {
            None => words.next_if(|next| is_value(&next.text)),
            Some(_) => None,
        };
        let flag: SmolStr = name.replace('_', "-").into();
        let variable = following.map_or(word.variable, |next| next.variable);
        let text = inline.or_else(|| following.map(|next| next.text.clone()));
        settings.push(Setting {
            shown: text
                .as_ref()
                .map_or_else(|| format_smolstr!("--{flag}"), |text| format_smolstr!("--{flag}={text}")),
            value: if variable { None } else { Some(text.unwrap_or_else(|| "true".into())) },
            place: Some(word.place.clone()),
            target: match following {
                _ if !line.plain => Target::Fixed,
                Some(next) => Target::Text(next.place.clone()),
                None => Target::Argument(word.place.clone()),
            },
            flag,
        });
    }
    open
}

/// Whether a word behind a flag is its value: it is no flag itself, but it may be `-` or a negative number.
fn is_value(word: &str) -> bool {
    match word.strip_prefix('-') {
        None => true,
        Some(rest) => rest.is_empty() || rest.starts_with(|first: char| first.is_ascii_digit()),
    }
}

/// etcd takes every flag from the environment too: `ETCD_CLIENT_CERT_AUTH` for `--client-cert-auth`.
fn etcd_environment<'a>(container: &Container<'a>, environment: &mut Environment<'_>) -> Vec<Setting<'a>> {
    let variables = container.node.get("env").map_or(&[][..], Node::items);
    variables
        .iter()
        .enumerate()
        .filter_map(|(index, variable)| {
            let name = variable.str("name");
            let flag: SmolStr = name.strip_prefix("ETCD_")?.to_ascii_lowercase().replace('_', "-").into();
            let place = container.field(field!["env", index, "value"]);
            let literal = variable.get("valueFrom").is_none();
            let value = variable.get("value").and_then(scalar).unwrap_or_default();
            let (value, variable) = environment.expand(&value);
            Some(Setting {
                shown: format_smolstr!("{name}={value}"),
                value: (literal && !variable).then_some(value),
                target: if literal { Target::Text(place.clone()) } else { Target::Fixed },
                place: Some(place),
                flag,
            })
        })
        .collect()
}
