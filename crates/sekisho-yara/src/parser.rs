//! Files of rules: their heads, meta data and strings.

use std::collections::HashMap;

use crate::error::{Omission, SyntaxError};
use crate::hex;
use crate::path::Shape;
use crate::pattern::{ALPHABET, Modifiers, Pattern};
use crate::rule::{Rule, StringEntry};
use crate::token::{Lexer, Token};

/// The most rules, and the most strings of all rules.
const MOST_RULES: usize = 200_000;
const MOST_STRINGS: usize = 1_000_000;

/// Why a rule, or the whole file, is not taken.
#[derive(Debug)]
pub(crate) enum Stop {
    Syntax(SyntaxError),
    Omitted(String),
}

impl From<SyntaxError> for Stop {
    fn from(error: SyntaxError) -> Self {
        Self::Syntax(error)
    }
}

/// What all files have given so far.
#[derive(Debug, Default)]
pub(crate) struct Read {
    pub(crate) rules: Vec<Rule>,
    pub(crate) strings: Vec<StringEntry>,
    pub(crate) omissions: Vec<Omission>,
}

/// Reads one file.
pub(crate) struct Parser<'t, 'r> {
    pub(crate) lexer: Lexer<'t>,
    pub(crate) token: Token,
    pub(crate) read: &'r mut Read,
    namespace: usize,
    /// The rules of this file by their names, none for those that are left out.
    pub(crate) known: HashMap<String, Option<usize>>,
    pub(crate) first_string: usize,
    /// Variables of loops, with what they hold where a module gives it.
    pub(crate) variables: Vec<(String, Option<Shape>)>,
    pub(crate) loops_of_strings: usize,
    pub(crate) depth: usize,
    /// A global rule that is left out: nothing can be said of the others.
    left_out_for_all: Option<String>,
}

/// Reads a file; its rules are a name space of their own.
pub(crate) fn read(text: &[u8], namespace: usize, read: &mut Read) -> Result<(), SyntaxError> {
    let mut lexer = Lexer::new(text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text));
    let token = lexer.next()?;
    let mut parser = Parser {
        lexer,
        token,
        read,
        namespace,
        known: HashMap::new(),
        first_string: 0,
        variables: Vec::new(),
        loops_of_strings: 0,
        depth: 0,
        left_out_for_all: None,
    };
    while parser.token != Token::End {
        parser.item()?;
    }
    Ok(())
}

impl Parser<'_, '_> {
    pub(crate) fn advance(&mut self) -> Result<Token, SyntaxError> {
        let next = self.lexer.next()?;
        Ok(std::mem::replace(&mut self.token, next))
    }

    pub(crate) fn is_sign(&self, sign: &str) -> bool {
        matches!(&self.token, Token::Sign(found) if *found == sign)
    }

    pub(crate) fn is_word(&self, word: &str) -> bool {
        matches!(&self.token, Token::Word(found) if found == word)
    }

    /// Passes the sign if it is next.
    pub(crate) fn passes(&mut self, sign: &str) -> Result<bool, SyntaxError> {
        let is_it = self.is_sign(sign);
        if is_it {
            self.advance()?;
        }
        Ok(is_it)
    }

    pub(crate) fn passes_word(&mut self, word: &str) -> Result<bool, SyntaxError> {
        let is_it = self.is_word(word);
        if is_it {
            self.advance()?;
        }
        Ok(is_it)
    }

    pub(crate) fn expect(&mut self, sign: &str) -> Result<(), SyntaxError> {
        if self.passes(sign)? { Ok(()) } else { Err(self.unexpected(&format!("`{sign}`"))) }
    }

    pub(crate) fn unexpected(&self, wanted: &str) -> SyntaxError {
        let found = match &self.token {
            Token::End => "the file ends".to_owned(),
            Token::Word(word) => format!("`{word}` stands"),
            Token::String(sign, name) => format!("`{sign}{name}` stands"),
            Token::Sign(sign) => format!("`{sign}` stands"),
            Token::Integer(number) => format!("`{number}` stands"),
            Token::Float(number) => format!("`{number}` stands"),
            Token::Text(_) => "a text stands".to_owned(),
            Token::Regex(..) => "a regular expression stands".to_owned(),
        };
        self.lexer.error(format!("{found} where {wanted} belongs"))
    }

    fn name(&mut self) -> Result<String, SyntaxError> {
        match self.advance()? {
            Token::Word(name) => Ok(name),
            _ => Err(self.lexer.error("a name belongs here")),
        }
    }

    fn item(&mut self) -> Result<(), SyntaxError> {
        if self.passes_word("import")? {
            return match self.advance()? {
                Token::Text(_) => Ok(()),
                _ => Err(self.lexer.error("`import` names a module in quotes")),
            };
        }
        if self.is_word("include") {
            return Err(self.lexer.error("`include` is not followed: name that file as well"));
        }
        let (mut is_private, mut is_global) = (false, false);
        loop {
            if self.passes_word("private")? {
                is_private = true;
            } else if self.passes_word("global")? {
                is_global = true;
            } else {
                break;
            }
        }
        if !self.passes_word("rule")? {
            return Err(self.unexpected("`rule`"));
        }
        let name = self.name()?;
        if self.known.contains_key(&name) {
            return Err(self.lexer.error(format!("the rule `{name}` is there already")));
        }
        let mut tags = Vec::new();
        if self.passes(":")? {
            while let Token::Word(_) = self.token {
                tags.push(self.name()?);
            }
        }
        self.expect("{")?;
        let description = self.meta()?;
        self.first_string = self.read.strings.len();
        self.strings(&name)?;
        if !self.passes_word("condition")? {
            return Err(self.unexpected("`condition`"));
        }
        self.expect(":")?;
        let condition = self.expression();
        let omitted = match (condition, &self.left_out_for_all) {
            (Ok(_), Some(global)) => Some(format!("the global rule `{global}` is left out")),
            (Ok(condition), None) => {
                if self.read.rules.len() >= MOST_RULES {
                    return Err(self
                        .lexer
                        .error(format!("there are more than {MOST_RULES} rules, the limit")));
                }
                self.known.insert(name.clone(), Some(self.read.rules.len()));
                self.read.rules.push(Rule {
                    name: name.clone(),
                    namespace: self.namespace,
                    is_private,
                    is_global,
                    tags,
                    description,
                    condition,
                });
                None
            }
            (Err(Stop::Syntax(error)), _) => return Err(error),
            (Err(Stop::Omitted(reason)), _) => {
                while !self.is_sign("}") && self.token != Token::End {
                    self.advance()?;
                }
                Some(reason)
            }
        };
        if let Some(reason) = omitted {
            self.read.strings.truncate(self.first_string);
            self.known.insert(name.clone(), None);
            if is_global {
                self.left_out_for_all = Some(name.clone());
            }
            self.read.omissions.push(Omission { file: self.namespace, rule: name, reason });
        }
        self.variables.clear();
        self.loops_of_strings = 0;
        self.depth = 0;
        self.expect("}")
    }

    /// The description among the meta data.
    fn meta(&mut self) -> Result<String, SyntaxError> {
        let mut description = String::new();
        if !self.passes_word("meta")? {
            return Ok(description);
        }
        self.expect(":")?;
        while !self.is_word("strings") && !self.is_word("condition") {
            let key = self.name()?;
            self.expect("=")?;
            self.passes("-")?;
            match self.advance()? {
                Token::Text(text) if key == "description" => {
                    description = String::from_utf8_lossy(&text).into_owned();
                }
                Token::Text(_) | Token::Integer(_) | Token::Float(_) | Token::Word(_) => {}
                _ => return Err(self.lexer.error(format!("`{key}` has no value"))),
            }
        }
        Ok(description)
    }

    fn strings(&mut self, rule: &str) -> Result<(), SyntaxError> {
        if !self.passes_word("strings")? {
            return Ok(());
        }
        self.expect(":")?;
        while !self.is_word("condition") {
            let Token::String('$', name) = self.advance()? else {
                return Err(self.lexer.error("a string begins with `$`"));
            };
            let known = self.read.strings.get(self.first_string..).unwrap_or_default();
            if !name.is_empty() && known.iter().any(|known| known.name == name) {
                return Err(self.lexer.error(format!("the string `${name}` is there already")));
            }
            let wrong = |parser: &Self, reason: String| parser.lexer.error(format!("`${name}`: {reason}"));
            if !self.is_sign("=") {
                return Err(self.unexpected("`=`"));
            }
            // What follows the sign may be a string of bytes, which has words of its own.
            self.advance()?;
            let pattern = if self.is_sign("{") {
                let digits = self.lexer.hexadecimal()?;
                self.token = self.lexer.next()?;
                let pattern = hex::read(&digits).and_then(|pattern| Pattern::bytes(&pattern));
                self.passes_word("private")?;
                pattern
            } else {
                let value = self.advance()?;
                let modifiers = self.modifiers()?;
                match value {
                    Token::Text(text) => Pattern::text(&text, &modifiers),
                    Token::Regex(source, any_case, dot_all) => {
                        Pattern::regex(&source, any_case, dot_all, &modifiers)
                    }
                    _ => Err("it is a text, a regular expression or bytes".to_owned()),
                }
            };
            let pattern = pattern.map_err(|reason| wrong(self, reason))?;
            if self.read.strings.len() >= MOST_STRINGS {
                return Err(self
                    .lexer
                    .error(format!("there are more than {MOST_STRINGS} strings, the limit")));
            }
            self.read.strings.push(StringEntry { name, rule: rule.to_owned(), pattern });
        }
        Ok(())
    }

    fn modifiers(&mut self) -> Result<Modifiers, SyntaxError> {
        let mut modifiers = Modifiers::default();
        loop {
            let Token::Word(word) = &self.token else { return Ok(modifiers) };
            match word.as_str() {
                "nocase" => modifiers.any_case = true,
                "ascii" => modifiers.ascii = true,
                "wide" => modifiers.wide = true,
                "fullword" => modifiers.whole_word = true,
                "private" => {}
                "xor" => {
                    self.advance()?;
                    modifiers.xor = Some(self.keys()?);
                    continue;
                }
                "base64" | "base64wide" => {
                    let is_wide = word == "base64wide";
                    self.advance()?;
                    let alphabet = Some(self.alphabet()?);
                    if is_wide {
                        modifiers.base64_wide = alphabet;
                    } else {
                        modifiers.base64 = alphabet;
                    }
                    continue;
                }
                _ => return Ok(modifiers),
            }
            self.advance()?;
        }
    }

    /// The keys of `xor`, from the first to the last.
    fn keys(&mut self) -> Result<(u8, u8), SyntaxError> {
        if !self.passes("(")? {
            return Ok((0, 255));
        }
        let key = |parser: &mut Self| match parser.advance()? {
            Token::Integer(key) => {
                u8::try_from(key).map_err(|_| parser.lexer.error(format!("`{key}` is no byte")))
            }
            _ => Err(parser.lexer.error("a key of `xor` is a number")),
        };
        let least = key(self)?;
        let most = if self.passes("-")? { key(self)? } else { least };
        self.expect(")")?;
        if most < least {
            return Err(self.lexer.error("the last key of `xor` comes before the first"));
        }
        Ok((least, most))
    }

    /// The alphabet that base 64 is written in: the usual one, where none is named.
    fn alphabet(&mut self) -> Result<Vec<u8>, SyntaxError> {
        if !self.passes("(")? {
            return Ok(ALPHABET.to_vec());
        }
        let alphabet = match self.advance()? {
            Token::Text(text) if text.len() == 64 => text,
            _ => return Err(self.lexer.error("an alphabet of base 64 has 64 characters")),
        };
        self.expect(")")?;
        Ok(alphabet)
    }
}
