//! The kit against plugins that keep every rule, and against each rule by one that breaks it: so no check is missing that
//! the page of rules promises, and none lets pass what it is for.

mod destination;
mod morphing;
mod source;

use super::rules::{Held, Rule};
use super::*;
use gyre_grants::{About, Description, HostCall, Inspection};

/// An answer that says what the plugin that gives it is.
fn inspected(wrong: Option<Rule>) -> Inspection {
    let is = |rule| wrong == Some(rule);
    let mut schema = json!({
        "type": "object", "additionalProperties": is(Rule::Closed),
        "properties": { "flavor": { "type": "string", "description": "Its size." } },
    });
    if is(Rule::Schema) {
        schema["properties"]["flavor"]["type"] = json!("text");
    }
    if is(Rule::Described) {
        schema["properties"]["flavor"]["description"] = json!("");
    }
    let text = |rule, text: &str| if is(rule) { String::new() } else { text.to_owned() };
    let description = Description {
        name: text(Rule::Named, "fake"),
        version: "1".into(),
        summary: text(Rule::Summary, "One line."),
        config_schema: schema,
    };
    let version = if is(Rule::Introduced) { "0" } else { "1" };
    Inspection {
        about: About::Says(Description { version: version.into(), ..description.clone() }),
        asked: true,
        sha256: String::new(),
        role: Role::Destination,
        imports: Vec::new(),
        exports: Vec::new(),
        description: Some(description),
    }
}

fn described(wrong: Option<Rule>) -> Checks {
    let mut checks = Checks::default();
    let mut again = inspected(wrong);
    if wrong == Some(Rule::Describes) {
        again.description = None;
    }
    description::check(&inspected(wrong), &again, &mut checks);
    checks
}

/// What is found wrong with the plugin of each role that breaks this rule, or none.
async fn found(wrong: Option<Rule>) -> Vec<(&'static str, Checks)> {
    vec![
        ("description", described(wrong)),
        ("source", source::tested(wrong).await),
        ("destination", destination::tested(wrong).await),
        ("osmorphing", morphing::tested(wrong).await),
    ]
}

#[tokio::test]
async fn who_keeps_every_rule_is_let_pass() {
    for (role, checks) in found(None).await {
        let text = checks.text();
        assert!(checks.0.len() >= 7 && !text.contains('✗') && !text.contains('○'), "{role}\n{text}");
    }
}

#[tokio::test]
async fn every_rule_of_the_kit_is_held_by_a_check() {
    for rule in Rule::ALL.iter().filter(|rule| rule.held() == Held::Kit) {
        let broken = |checks: &Checks| {
            checks.0.iter().any(|check| check.number == rule.id() && check.outcome == Outcome::Failed)
        };
        let found = found(Some(*rule)).await;
        let by: Vec<_> = found.iter().filter(|(_, checks)| broken(checks)).map(|(role, _)| *role).collect();
        let expected: &[&str] = match rule {
            Rule::Answers | Rule::Faults | Rule::Retries => &["source", "destination", "osmorphing"],
            Rule::Written | Rule::FindsOrFails | Rule::TokenFirst => &["source", "destination"],
            rule => match rule.id().get(..1) {
                Some("M") => &["description"],
                Some("S") => &["source"],
                Some("D") => &["destination"],
                _ => &["osmorphing"],
            },
        };
        let texts: String = found.iter().map(|(_, checks)| checks.text()).collect();
        assert_eq!(by, expected, "{rule:?}\n{texts}");
    }
}

#[test]
fn what_a_file_says_is_held_against_the_plugin_only_where_it_says_something() {
    let of = |about| {
        let mut checks = Checks::default();
        description::check(&Inspection { about, ..inspected(None) }, &inspected(None), &mut checks);
        checks.text()
    };
    assert!(!of(About::Missing).contains("M7"));
    let garbled = Error::invalid("plugin.about", "the section cannot be read").cause("it is garbled");
    assert!(of(About::Unreadable(garbled)).contains("✗ its file says of it what it says itself  (M7"));
    let Some(said) = inspected(None).description else { panic!() };
    let other = Description { summary: "Another.".into(), config_schema: json!({}), ..said };
    assert!(of(About::Says(other)).contains("another summary, another schema: gyre plugin build"));
    let unasked = Inspection { asked: false, ..inspected(None) };
    let mut checks = Checks::default();
    description::check(&unasked, &unasked, &mut checks);
    assert!(checks.text().contains("✗ it describes itself"), "a file's word is not the plugin's");
}

#[test]
fn an_error_is_an_answer_and_a_trap_is_none() {
    let answered = |code: &str| Verdict::answered::<()>(&Err(Error::other(code, "x")));
    assert!(matches!(answered("my.code"), Verdict::Kept));
    for code in ["sandbox.trap", "sandbox.memory", "plugin.exception", "plugin.answer"] {
        assert!(matches!(answered(code), Verdict::Broken(_)), "{code}");
    }
}

#[test]
fn a_call_that_is_not_written_is_said_to_be() {
    let mut checks = Checks::default();
    let answer: Result<()> = Err(Error::other("plugin.not-written", "this plugin does not do get-vm yet"));
    note_answer(&mut checks, "get-vm", &answer);
    let text = checks.text();
    assert!(text.contains("✗ get-vm is written  (P2 gyre:plugin)"), "{text}");
    assert!(text.contains("does not do get-vm yet: write it"), "{text}");
}

#[test]
fn a_broken_rule_is_the_commands_error() {
    let mut checks = Checks::default();
    checks.note("a", Rule::Named, Verdict::Kept);
    checks.note("b", Rule::TargetRemoves, Verdict::Unknown("no platform".into()));
    assert_eq!(
        checks.text(),
        "✓ a  (M2 metadata#description)\n○ b  (D11 destination)\n    no platform\n1 kept, 0 broken, 1 cannot be told\n"
    );
    checks.note("c", Rule::Named, Verdict::of(false, || "why".into()));
    assert_eq!(checks.answer().error.unwrap().code, "plugin.conformance");
}

/// A call of the host that may be let fail, as a plugin makes it that does not keep [`Rule::Faults`] or [`Rule::Retries`] if
/// it is `wrong`.
fn host(faults: &gyre_grants::Faults, wrong: Option<Rule>) -> Result<()> {
    let called = |call: Result<()>| {
        let function = "fake".into();
        faults.hear(HostCall { function, is_injected: call.is_err(), ..HostCall::default() });
        call
    };
    let call = called(faults.pass());
    let call = if wrong == Some(Rule::Retries) { call.or_else(|_| called(faults.pass())) } else { call };
    call.map_err(|error| match wrong {
        Some(Rule::Faults) => Error::invalid("fake.call", "it did not work").cause(error.message),
        _ => error.during("a call of the platform"),
    })
}

/// Makes a thing, with the token at once unless [`Rule::TokenFirst`] is `wrong`.
fn create(faults: &gyre_grants::Faults, wrong: Option<Rule>, id: &str, token: &str) {
    let call = |asked: &str, answered: &str| {
        let (asked, answered) = (asked.to_owned(), answered.to_owned());
        faults.hear(HostCall { function: "create".into(), asked, answered, ..HostCall::default() });
    };
    if wrong == Some(Rule::TokenFirst) {
        call("", id);
        call(&format!("mark {id} with {token}"), "");
    } else {
        call(token, id);
    }
}
