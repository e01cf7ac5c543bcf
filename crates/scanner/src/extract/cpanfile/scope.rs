//! Blocks: what each stands for, and loops that are followed round by round.

use perlscan_model::problem::ProblemKind;
use perlscan_model::requirement::Phase;

use super::super::page::feature_name;
use super::call::{Context, Word};
use super::reader::Reader;
use crate::perl::bindings::Bindings;
use crate::perl::expression::{Known, Value};
use crate::perl::statement::Mark;
use crate::perl::{Token, TokenKind};

/// How many bytes of loop bodies are read again, over all loops of a file.
const REPLAYED: usize = 4 << 20;

/// What a block stands for.
#[derive(Debug, Clone)]
pub(super) struct Scope<'a> {
    pub(super) context: Context,
    /// Whether `next` and `return` end here.
    pub(super) ends_jumps: bool,
    /// Whether its statement goes on behind the closing brace.
    pub(super) is_value: bool,
    /// Whether a jump has made it conditional, and what is around it: deep
    /// nesting is then not gone through again.
    pub(super) has_jump: bool,
    /// How many requirements there were when it opened.
    pub(super) first: usize,
    pub(super) replay: Option<Replay<'a>>,
}

/// A loop over a list that is known.
#[derive(Debug, Clone)]
pub(super) struct Replay<'a> {
    body: Mark<'a>,
    begins: usize,
    variables: Vec<Vec<u8>>,
    items: Vec<Known>,
    next: usize,
}

impl<'a> Reader<'a> {
    /// A block opens behind `head`.
    pub(super) fn open(&mut self, head: &[Token]) {
        let mut scope = Scope {
            context: self.context(),
            ends_jumps: false,
            is_value: false,
            has_jump: false,
            first: self.book.len(),
            replay: None,
        };
        self.bindings.enter();
        self.head(head, &mut scope);
        if let Some(replay) = &mut scope.replay {
            bind_next(replay, &mut self.bindings);
        }
        self.scopes.push(scope);
    }

    fn head(&mut self, head: &[Token], scope: &mut Scope<'a>) {
        let head = self.without_label(head);
        let Some(first) = head.first() else { return };
        let last_word = head.iter().rev().find(|t| {
            !matches!(t.kind, TokenKind::Prototype | TokenKind::CloseParen | TokenKind::OpenParen)
        });
        let is_sub = head.iter().any(|t| self.is_one_of(t, &[b"sub"]));
        let call = head.iter().position(|t| {
            t.kind == TokenKind::Word
                && matches!(Word::of(self.text(t)), Some(Word::On | Word::Feature))
        });
        match self.text(first) {
            b"for" | b"foreach" => return self.loop_head(head, scope),
            b"while" => return self.while_head(head, scope),
            b"if" | b"unless" | b"elsif" | b"else" | b"until" | b"continue" => {
                scope.context.conditional = true;
                return;
            }
            b"BEGIN" => {
                // It runs once it is read, whatever stands around it.
                scope.context = Context::early();
                scope.ends_jumps = true;
                return self.bindings.enter_early();
            }
            b"END" | b"INIT" | b"CHECK" | b"UNITCHECK" => {
                scope.context.conditional = true;
                return;
            }
            b"sub" if head.len() > 1 && call.is_none() => {
                if let Some(name) = head.get(1).filter(|t| t.kind == TokenKind::Word) {
                    let name = self.text(name).to_vec();
                    self.bindings.declare(&name, None);
                }
                scope.context.conditional = true;
                scope.ends_jumps = true;
                return;
            }
            _ => {}
        }
        scope.is_value = true;
        if let Some(at) = call {
            scope.ends_jumps = true;
            self.calls += 1;
            self.calls_in(head.get(..at).unwrap_or_default(), false);
            return self.enter_call(head, at, is_sub, scope);
        }
        self.calls_in(head, false);
        if last_word.is_some_and(|t| self.is_one_of(t, &[b"do", b"eval"])) {
            let skips = head.iter().any(|t| self.is_skipping(t));
            scope.context.conditional |= skips;
            return;
        }
        scope.ends_jumps = is_sub;
        scope.context.conditional = true;
        self.bindings.declare(b"$_", None);
    }

    fn is_skipping(&self, token: &Token) -> bool {
        match token.kind {
            TokenKind::Operator => matches!(self.text(token), b"&&" | b"||" | b"//" | b"?"),
            TokenKind::Word => self.is_one_of(token, &[b"and", b"or", b"xor"]),
            _ => false,
        }
    }

    /// `on PHASE => sub` and `feature ID, DESCRIPTION => sub`.
    fn enter_call(&mut self, head: &[Token], at: usize, is_sub: bool, scope: &mut Scope<'a>) {
        let Some(word) = head.get(at) else { return };
        if !is_sub {
            let message = "'sub' is missing before the block: perl stops here";
            self.troubles.add(ProblemKind::Lost, word.range(), message.to_owned());
        }
        scope.context.conditional |=
            head.get(..at).unwrap_or_default().iter().any(|t| self.is_skipping(t));
        let mut arguments = head.get(at + 1..).unwrap_or_default();
        if let Some((paren, inside)) = arguments.split_first()
            && paren.kind == TokenKind::OpenParen
        {
            arguments = inside;
        }
        let sub = arguments.iter().position(|t| self.is_one_of(t, &[b"sub"]));
        let arguments = arguments.get(..sub.unwrap_or(arguments.len())).unwrap_or_default();
        let value = self.evaluator().list(arguments).into_iter().next();
        let known = match &value {
            Some(Value::Known(known)) => Some(String::from_utf8_lossy(&known.text).into_owned()),
            _ => None,
        };
        let range = value.map_or(word.range(), |value| value.range());
        match (Word::of(self.text(word)), known) {
            (Some(Word::Feature), Some(id)) => {
                let name = feature_name(&id);
                if name.len() < id.len() {
                    let message = "the name of a feature is too long, and was cut".to_owned();
                    self.troubles.add(ProblemKind::Note, word.range(), message);
                }
                scope.context.feature = Some(name.to_owned());
            }
            (Some(Word::Feature), None) => {
                let id = self.source.get(range.clone()).unwrap_or_default();
                let name = String::from_utf8_lossy(id);
                scope.context.feature = Some(feature_name(&name).to_owned());
                let message = "the feature's name can't be told without running the code";
                self.troubles.add(ProblemKind::Undecided, range, message.to_owned());
            }
            (_, Some(name)) => {
                scope.context.phase = Phase::from_word(&name);
                if scope.context.phase.is_none() {
                    let message =
                        format!("'{name}' is no phase: the real tools ignore what it requires");
                    self.troubles.add(ProblemKind::Note, range, message);
                }
            }
            (_, None) => {
                scope.context.phase = Some(Phase::Runtime);
                scope.context.conditional = true;
                let message =
                    "the phase can't be told without running the code: runtime is assumed";
                self.troubles.add(ProblemKind::Undecided, range, message.to_owned());
            }
        }
    }

    /// `for my $x (LIST)`.
    fn loop_head(&mut self, head: &[Token], scope: &mut Scope<'a>) {
        scope.ends_jumps = true;
        let paren = head.iter().position(|t| t.kind == TokenKind::OpenParen);
        let names = head.get(..paren.unwrap_or(0)).unwrap_or_default();
        let variable = names.iter().find(|t| t.kind == TokenKind::Variable);
        let variable = variable.map_or(b"$_".to_vec(), |t| self.text(t).to_vec());
        let list = head.get(paren.unwrap_or(head.len())..).unwrap_or_default();
        let is_c_style = list.iter().any(|t| t.kind == TokenKind::Semicolon);
        let items = if is_c_style { None } else { self.evaluator().known_list(list) };
        self.begin_loop(items, vec![variable], scope);
    }

    /// `while (my ($k, $v) = each %h)`; any other loop is a condition.
    fn while_head(&mut self, head: &[Token], scope: &mut Scope<'a>) {
        scope.ends_jumps = true;
        let names: Vec<_> = head
            .iter()
            .filter(|t| t.kind == TokenKind::Variable)
            .map(|t| self.text(t).to_vec())
            .collect();
        let each = head.iter().any(|t| self.is_one_of(t, &[b"each"]));
        let my = head.iter().any(|t| self.is_one_of(t, &[b"my"]));
        match names.as_slice() {
            [key, value, hash] if each && my && hash.starts_with(b"%") => {
                let items = self.bindings.get(hash).map(<[Known]>::to_vec);
                self.begin_loop(items, vec![key.clone(), value.clone()], scope);
            }
            _ => scope.context.conditional = true,
        }
    }

    fn begin_loop(
        &mut self,
        items: Option<Vec<Known>>,
        variables: Vec<Vec<u8>>,
        scope: &mut Scope<'a>,
    ) {
        match items {
            Some(items) if items.len() >= variables.len() => {
                let body = self.statements.mark();
                let begins = self.statements.position();
                scope.replay = Some(Replay { body, begins, variables, items, next: 0 });
            }
            _ => {
                scope.context.conditional = true;
                for variable in variables {
                    self.bindings.declare(&variable, None);
                }
            }
        }
    }

    /// A block closes; a loop over a known list begins its next round.
    pub(super) fn close(&mut self) {
        self.bindings.leave();
        let Some(mut scope) = self.scopes.pop() else { return };
        if self.scopes.is_empty() {
            // The file itself never closes.
            self.scopes.push(scope);
            return;
        }
        if let Some(replay) = &mut scope.replay
            && replay.next < replay.items.len()
        {
            let length = self.statements.position().saturating_sub(replay.begins);
            let begins = replay.begins;
            if self.may_replay(length, begins) {
                self.bindings.enter();
                bind_next(replay, &mut self.bindings);
                self.statements.rewind(&replay.body);
                self.scopes.push(scope);
                return;
            }
        }
        if scope.is_value {
            self.tail = Some(scope.first);
        }
    }
}

impl Reader<'_> {
    /// What may have been jumped over is conditional from here on.
    pub(super) fn mark_jump(&mut self) {
        for scope in self.scopes.iter_mut().rev() {
            scope.context.conditional = true;
            let known = std::mem::replace(&mut scope.has_jump, true);
            if scope.ends_jumps || known {
                break;
            }
        }
    }

    /// Counts another round of a loop whose body has so many bytes; one too many
    /// is told.
    pub(super) fn may_replay(&mut self, length: usize, begins: usize) -> bool {
        self.replayed = self.replayed.saturating_add(length);
        if self.replayed > REPLAYED {
            let message = "a loop is too long to be followed to its end";
            self.troubles.add(ProblemKind::Lost, begins..begins, message.to_owned());
        }
        self.replayed <= REPLAYED
    }
}

/// Binds the variables of a loop to the next items.
fn bind_next(replay: &mut Replay<'_>, bindings: &mut Bindings) {
    for variable in &replay.variables {
        let item = replay.items.get(replay.next).cloned();
        bindings.declare(variable, item.map(|item| vec![item]));
        replay.next += 1;
    }
}
