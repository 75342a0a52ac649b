//! Whole modules and queries.

use super::super::ast::{Annotation, Expr, Module};
use super::super::lexer::Comment;
use super::cursor::{Parsed, Parser};
use super::statements::finish;
use crate::error::RegoError;

impl Parser<'_> {
    /// Reads a whole module.
    pub(in crate::syntax) fn module(mut self) -> Result<Module, Vec<RegoError>> {
        let parsed = self.statements().map_err(|error| vec![*error])?;
        let file = self.file;
        let text = self.text;
        let comments = self.lexer.comments();
        finish(file, parsed, annotations(text, &comments))
    }

    /// Reads a query: conditions parted by line breaks or `;`.
    pub(in crate::syntax) fn query(mut self) -> Parsed<Vec<Expr>> {
        if self.is_end() {
            return Err(self.fail("found empty body"));
        }
        let mut body = Vec::new();
        while !self.is_end() {
            body.push(self.literal()?);
            if self.take(";")? || self.is_end() || self.current.on_new_line {
                continue;
            }
            return Err(self.illegal("expected \\n or ; or eof"));
        }
        Ok(body)
    }
}

/// The blocks of comments that begin with `# METADATA` in the first column.
fn annotations(text: &str, comments: &[Comment]) -> Vec<Annotation> {
    let content = |comment: &Comment| comment.span.of(text).get(1..).unwrap_or("").trim_end_matches('\r');
    let is_head =
        |comment: &Comment| comment.span.column == 1 && content(comment).trim().starts_with("METADATA");
    let mut found: Vec<Annotation> = Vec::new();
    let mut is_open = false;
    for comment in comments {
        if is_head(comment) {
            found.push(Annotation { span: comment.span, end_row: comment.span.row + 1, text: String::new() });
            is_open = true;
            continue;
        }
        let Some(block) = found
            .last_mut()
            .filter(|block| is_open && comment.span.column == 1 && comment.span.row == block.end_row)
        else {
            is_open = false;
            continue;
        };
        let line = content(comment);
        block.text.push_str(line.strip_prefix(' ').unwrap_or(line));
        block.text.push('\n');
        block.end_row = comment.span.row + 1;
        block.span = block.span.to(comment.span.end);
    }
    found
}
