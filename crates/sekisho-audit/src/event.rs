//! One audit event.

use std::borrow::Cow;

use jiff::Timestamp;

use crate::error::AuditError;
use crate::json::Json;

/// One audit event: a window on its text.
#[derive(Clone, Copy)]
pub struct AuditEvent<'t> {
    root: Json<'t>,
    members: [u32; Member::COUNT],
    /// When the stage was reached, in nanoseconds since 1970.
    time: i128,
    number: u64,
    first: Option<i128>,
    host: Option<&'t str>,
}

/// How far a request had come when the event was written.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Stage {
    /// It came in.
    RequestReceived,
    /// The head of its answer was sent, and the body goes on: a watch.
    ResponseStarted,
    /// It was answered.
    ResponseComplete,
    /// It failed with a panic.
    Panic,
}

/// What a request is about.
#[derive(Clone, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ObjectReference<'t> {
    /// The API group; empty for the core group.
    pub group: Cow<'t, str>,
    /// The resource in the plural.
    pub resource: Cow<'t, str>,
    /// The subresource; empty where there is none.
    pub subresource: Cow<'t, str>,
    /// The namespace; empty where there is none.
    pub namespace: Cow<'t, str>,
    /// The name; empty where the request names no object.
    pub name: Cow<'t, str>,
}

macro_rules! members {
    ($($(#[$doc:meta])* $name:ident = $key:literal,)*) => {
        /// The members of an event that rules look at.
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        pub(crate) enum Member {
            $($name,)*
        }

        impl Member {
            const COUNT: usize = [$(Self::$name),*].len();

            fn of(key: &str) -> Option<Self> {
                match key {
                    $($key => Some(Self::$name),)*
                    _ => None,
                }
            }
        }
    };
}

members! {
    AuditId = "auditID",
    Stage = "stage",
    Annotations = "annotations",
    User = "user",
    ImpersonatedUser = "impersonatedUser",
    Verb = "verb",
    RequestUri = "requestURI",
    Object = "objectRef",
    Request = "requestObject",
    Response = "responseObject",
    Status = "responseStatus",
    UserAgent = "userAgent",
    SourceIps = "sourceIPs",
    StageTimestamp = "stageTimestamp",
}

/// Stands for a member that is not there: no value has this place, since the event itself has one before it.
const ABSENT: u32 = u32::MAX;

impl<'t> AuditEvent<'t> {
    /// The event that an object is.
    pub(crate) fn new(root: Json<'t>) -> Result<Self, AuditError> {
        let mut members = [ABSENT; Member::COUNT];
        for (key, value) in root.members() {
            if let Some(member) = Member::of(&key.text())
                && let Some(place) = members.get_mut(member as usize)
                && *place == ABSENT
            {
                *place = value.place();
            }
        }
        let mut event = Self { root, members, time: 0, number: 0, first: None, host: None };
        let time = event.member(Member::StageTimestamp).and_then(Json::as_str).ok_or(AuditError::Time)?;
        event.time = nanoseconds(&time).ok_or(AuditError::Time)?;
        Ok(event)
    }

    /// With its number among all events, from 0.
    #[must_use]
    pub fn numbered(self, number: u64) -> Self {
        Self { number, ..self }
    }

    /// With the time of the first event, from which `evt.reltime` counts.
    #[must_use]
    pub fn since(self, first: i128) -> Self {
        Self { first: Some(first), ..self }
    }

    /// With the name of the machine on which it is looked at.
    #[must_use]
    pub fn on_host(self, host: &'t str) -> Self {
        Self { host: Some(host), ..self }
    }

    /// The object as a whole.
    pub fn root(&self) -> Json<'t> {
        self.root
    }

    pub(crate) fn member(&self, member: Member) -> Option<Json<'t>> {
        let place = self.members.get(member as usize).copied().filter(|place| *place != ABSENT)?;
        Some(self.root.at(place))
    }

    fn text(&self, member: Member) -> Cow<'t, str> {
        self.member(member).and_then(Json::as_str).unwrap_or_default()
    }

    /// When the stage was reached, in nanoseconds since 1970.
    pub fn time(&self) -> i128 {
        self.time
    }

    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    pub(crate) fn first(&self) -> i128 {
        self.first.unwrap_or(self.time)
    }

    pub(crate) fn host(&self) -> Option<&'t str> {
        self.host
    }

    /// What tells a request from every other; the events of its stages share it.
    pub fn id(&self) -> Cow<'t, str> {
        self.text(Member::AuditId)
    }

    /// How far the request had come.
    pub fn stage(&self) -> Option<Stage> {
        Some(match self.text(Member::Stage).as_ref() {
            "RequestReceived" => Stage::RequestReceived,
            "ResponseStarted" => Stage::ResponseStarted,
            "ResponseComplete" => Stage::ResponseComplete,
            "Panic" => Stage::Panic,
            _ => return None,
        })
    }

    /// The verb: `get`, `create`; for what is no resource that of HTTP in small letters.
    pub fn verb(&self) -> Cow<'t, str> {
        self.text(Member::Verb)
    }

    /// The path and query as they were asked for.
    pub fn uri(&self) -> Cow<'t, str> {
        self.text(Member::RequestUri)
    }

    /// Who asked; with impersonation who really did.
    pub fn user(&self) -> Cow<'t, str> {
        name(self.member(Member::User))
    }

    /// The groups of who asked.
    pub fn groups(&self) -> Vec<Cow<'t, str>> {
        groups(self.member(Member::User))
    }

    /// As whom they asked, and the groups; none without impersonation.
    pub fn impersonated(&self) -> Option<(Cow<'t, str>, Vec<Cow<'t, str>>)> {
        let user = self.member(Member::ImpersonatedUser)?;
        Some((name(Some(user)), groups(Some(user))))
    }

    /// What the request is about; none for what is no resource.
    pub fn object(&self) -> Option<ObjectReference<'t>> {
        let object = self.member(Member::Object)?;
        let mut reference = ObjectReference::default();
        for (key, value) in object.members() {
            let place = match key.text().as_ref() {
                "apiGroup" => &mut reference.group,
                "resource" => &mut reference.resource,
                "subresource" => &mut reference.subresource,
                "namespace" => &mut reference.namespace,
                "name" => &mut reference.name,
                _ => continue,
            };
            if let Some(text) = value.as_str() {
                *place = text;
            }
        }
        (!reference.resource.is_empty()).then_some(reference)
    }

    /// The status of the answer, as HTTP has it.
    pub fn code(&self) -> Option<i64> {
        self.member(Member::Status)?.get("code")?.as_i64()
    }

    /// An annotation, as of the authorizer: `authorization.k8s.io/decision`.
    pub fn annotation(&self, name: &str) -> Option<Cow<'t, str>> {
        self.member(Member::Annotations)?.get(name)?.as_str()
    }

    /// The program that asked, as it calls itself.
    pub fn user_agent(&self) -> Cow<'t, str> {
        self.text(Member::UserAgent)
    }

    /// The object that was sent, where the policy records it.
    pub fn request_object(&self) -> Option<Json<'t>> {
        self.member(Member::Request)
    }
}

fn name(user: Option<Json<'_>>) -> Cow<'_, str> {
    user.and_then(|user| user.get("username")).and_then(Json::as_str).unwrap_or_default()
}

fn groups(user: Option<Json<'_>>) -> Vec<Cow<'_, str>> {
    let groups = user.and_then(|user| user.get("groups"));
    groups.into_iter().flat_map(Json::items).filter_map(Json::as_str).collect()
}

fn nanoseconds(text: &str) -> Option<i128> {
    quick(text.as_bytes()).or_else(|| text.parse::<Timestamp>().ok().map(Timestamp::as_nanosecond))
}

/// The one form that the API server writes: `2026-01-02T03:04:05.123456Z`.
fn quick(text: &[u8]) -> Option<i128> {
    let (head, rest) = text.split_first_chunk::<19>()?;
    let number = |from: usize, to: usize| {
        head.get(from..to)?
            .iter()
            .try_fold(0_i64, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + i64::from(digit - b'0')))
    };
    let marks = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if marks.iter().any(|(place, mark)| head.get(*place) != Some(mark)) {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    if !(1..=12).contains(&month) || !(1..=28).contains(&day) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let fraction = match rest {
        b"Z" => 0,
        [b'.', digits @ .., b'Z'] if (1..=9).contains(&digits.len()) => {
            let value = digits.iter().try_fold(0_i128, |sum, digit| {
                digit.is_ascii_digit().then(|| sum * 10 + i128::from(digit - b'0'))
            })?;
            value * scale(digits.len())
        }
        _ => return None,
    };
    // Days since 1970 by the civil calendar, with years that begin in March.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * month + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    let seconds = days * 86_400 + hour * 3_600 + minute * 60 + second;
    Some(i128::from(seconds) * 1_000_000_000 + fraction)
}

/// Nanoseconds of the last of so many digits of a fraction.
fn scale(digits: usize) -> i128 {
    (digits..9).fold(1, |scale, _| scale * 10)
}
