//! Patterns of `.Files.Glob`: `*`, `**`, `?`, `[a-z]`, `[!ab]`, `{a,b}`, `\`, as the Go library `gobwas/glob`
//! reads them.

/// A pattern over a path. `*` and `?` stop at `/`, `**` does not.
#[derive(Debug)]
pub(super) struct Glob {
    steps: Vec<Step>,
    /// What `*` and `?` stop at; nothing, where the text was no pattern.
    separator: Option<char>,
}

#[derive(Debug)]
enum Step {
    Text(Vec<char>),
    /// `*`
    Run,
    /// `**`
    Everything,
    /// `?`
    One,
    /// `[a-z]` or `[abc]`
    Class {
        negated: bool,
        members: Members,
    },
    /// `{a,b}`
    Alternatives(Vec<Vec<Step>>),
}

#[derive(Debug)]
enum Members {
    Range(char, char),
    List(Vec<char>),
}

impl Glob {
    /// Reads a pattern. What is none matches every path, as in Helm.
    pub(super) fn parse(text: &str) -> Self {
        let mut parser = Parser { rest: text.chars().collect(), at: 0 };
        match parser.pattern() {
            Some(steps) => Self { steps, separator: Some('/') },
            None => Self { steps: vec![Step::Everything], separator: None },
        }
    }

    /// Whether a path fits, all of it.
    pub(super) fn matches(&self, path: &str) -> bool {
        let path: Vec<char> = path.chars().collect();
        let mut reached = vec![false; path.len() + 1];
        if let Some(start) = reached.first_mut() {
            *start = true;
        }
        self.go(&self.steps, &path, reached).last().copied().unwrap_or(false)
    }

    /// The places in a path that steps can reach from those that were reached.
    fn go(&self, steps: &[Step], path: &[char], mut reached: Vec<bool>) -> Vec<bool> {
        for step in steps {
            reached = self.step(step, path, &reached);
        }
        reached
    }

    fn step(&self, step: &Step, path: &[char], reached: &[bool]) -> Vec<bool> {
        let mut next = vec![false; reached.len()];
        let mut mark = |at: usize| {
            if let Some(place) = next.get_mut(at) {
                *place = true;
            }
        };
        let starts = || (0..).zip(reached).filter(|(_, is_reached)| **is_reached).map(|(at, _)| at);
        let one_that = |fits: &dyn Fn(char) -> bool| {
            let fits = |at: &usize| path.get(*at).is_some_and(|character| fits(*character));
            starts().filter(fits).map(|at| at + 1).collect::<Vec<_>>()
        };
        match step {
            Step::Text(text) => {
                let fits = |at: &usize| path.get(*at..).is_some_and(|rest| rest.starts_with(text));
                starts().filter(fits).for_each(|at| mark(at + text.len()));
            }
            Step::Run | Step::Everything => {
                let stops =
                    |character: &char| matches!(step, Step::Run) && Some(*character) == self.separator;
                let mut goes_on = false;
                for (at, is_reached) in (0..).zip(reached) {
                    goes_on = *is_reached || goes_on && !path.get(at - 1).is_some_and(stops);
                    if goes_on {
                        mark(at);
                    }
                }
            }
            Step::One => one_that(&|character| Some(character) != self.separator).into_iter().for_each(mark),
            Step::Class { negated, members } => {
                let contains = |character: char| match members {
                    Members::Range(low, high) => (*low..=*high).contains(&character),
                    Members::List(list) => list.contains(&character),
                };
                one_that(&|character| contains(character) != *negated).into_iter().for_each(mark);
            }
            Step::Alternatives(alternatives) => {
                for alternative in alternatives {
                    let ends = self.go(alternative, path, reached.to_vec());
                    (0..).zip(ends).filter(|(_, end)| *end).for_each(|(at, _)| mark(at));
                }
            }
        }
        next
    }
}

struct Parser {
    rest: Vec<char>,
    at: usize,
}

/// How deep braces may be nested.
const DEEPEST: usize = 32;

impl Parser {
    fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += 1;
        Some(next)
    }

    fn peek(&self) -> Option<char> {
        self.rest.get(self.at).copied()
    }

    /// The steps up to the end; a brace that is not closed ends there too. None where this is no pattern.
    fn pattern(&mut self) -> Option<Vec<Step>> {
        // The alternatives that are open, the innermost last: those before, and the steps of the current one.
        let mut open: Vec<(Vec<Vec<Step>>, Vec<Step>)> = Vec::new();
        let mut steps = Vec::new();
        loop {
            match self.peek() {
                None => break,
                Some('{') => {
                    self.at += 1;
                    if open.len() >= DEEPEST {
                        return None;
                    }
                    open.push((Vec::new(), std::mem::take(&mut steps)));
                }
                Some(',') if !open.is_empty() => {
                    self.at += 1;
                    if let Some((before, _)) = open.last_mut() {
                        before.push(std::mem::take(&mut steps));
                    }
                }
                Some('}') if !open.is_empty() => {
                    self.at += 1;
                    close(&mut open, &mut steps);
                }
                Some('[') => {
                    self.at += 1;
                    steps.push(self.class()?);
                }
                Some('?') => {
                    self.at += 1;
                    steps.push(Step::One);
                }
                Some('*') => {
                    self.at += 1;
                    let twice = self.peek() == Some('*');
                    if twice {
                        self.at += 1;
                    }
                    steps.push(if twice { Step::Everything } else { Step::Run });
                }
                Some(_) => {
                    let ends: &[char] =
                        if open.is_empty() { &['?', '*', '[', '{'] } else { &['?', '*', '[', '{', '}', ','] };
                    steps.push(Step::Text(self.text(ends)));
                }
            }
        }
        while !open.is_empty() {
            close(&mut open, &mut steps);
        }
        Some(steps)
    }

    /// The text up to one of these characters or the end.
    fn text(&mut self, stops: &[char]) -> Vec<char> {
        let mut text = Vec::new();
        while let Some(character) = self.peek() {
            if stops.contains(&character) {
                break;
            }
            self.at += 1;
            if character == '\\' {
                text.extend(self.next());
            } else {
                text.push(character);
            }
        }
        text
    }

    /// The class behind `[`: one range, or a list of characters.
    fn class(&mut self) -> Option<Step> {
        let negated = self.peek() == Some('!');
        if negated {
            self.at += 1;
        }
        let low = self.peek()?;
        let members = if self.rest.get(self.at + 1) == Some(&'-') {
            self.at += 2;
            let high = self.next()?;
            if high < low {
                return None;
            }
            Members::Range(low, high)
        } else {
            let list = self.text(&[']']);
            if list.is_empty() {
                return None;
            }
            Members::List(list)
        };
        (self.next()? == ']').then_some(Step::Class { negated, members })
    }
}

/// Closes the innermost alternatives, the last of which has these steps.
fn close(open: &mut Vec<(Vec<Vec<Step>>, Vec<Step>)>, steps: &mut Vec<Step>) {
    if let Some((mut alternatives, before)) = open.pop() {
        alternatives.push(std::mem::replace(steps, before));
        steps.push(Step::Alternatives(alternatives));
    }
}
