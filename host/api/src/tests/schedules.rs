//! Schedules over a real socket: made, listed in pages, changed, dealt with, and refused where they are wrong. Nothing
//! runs them here.

use super::*;
use gyre_core::scripts::Phase;
use gyre_schedule::{Change, MissedPolicy, State};

fn of(replica: &str, name: &str) -> CreateSchedule {
    let new = json!({ "replica": replica, "name": name, "cron": "30 2 * * *" });
    serde_json::from_value(new).unwrap()
}

#[tokio::test]
async fn what_is_asked_of_a_schedule_is_done_with_it() {
    let world = World::new().await;
    world.replica("web").await;
    let client = world.client();
    let scripts = [(Phase::FirstBoot, "echo".to_owned())].into();
    let deploy = Some(Deploy { skip_morphing: true, scripts, ..Deploy::default() });
    let new = CreateSchedule { name: None, zone: "europe/berlin".into(), deploy, ..of("web", "") };
    let made = client.create_schedule(&new).await.unwrap();
    assert_eq!((made.schedule.name.as_str(), made.schedule.rule.zone.as_str()), ("web", "Europe/Berlin"));
    assert_eq!((made.schedule.rule.grace_ms, made.state), (900_000, State::Active));
    assert_eq!(made.schedule.task.deploy.as_ref().unwrap()["skip_morphing"], true);
    let shown = client.schedule("web").await.unwrap();
    assert_eq!((shown.next, &shown), (made.next, &made));
    assert_eq!(shown.schedule.task.deploy.as_ref().unwrap()["scripts"]["own"]["first-boot"], "echo");
    let listed = &client.schedules(&ScheduleQuery::default()).await.unwrap().schedules[0];
    let options = listed.schedule.task.deploy.as_ref().unwrap();
    assert_eq!((options.get("scripts"), &options["skip_morphing"]), (None, &json!(true)));

    let change =
        Change { cron: Some("@hourly".into()), missed: Some(MissedPolicy::Once), ..Change::default() };
    let changed = client.change_schedule("web", &change).await.unwrap().schedule;
    assert_eq!((changed.rule.cron.as_str(), changed.rule.missed), ("@hourly", MissedPolicy::Once));
    let times = client.times("web", &TimesQuery { count: Some(3) }).await.unwrap().times;
    assert_eq!((times.len(), times[1].at - times[0].at), (3, 3_600_000));

    let deal = |deal| client.deal_with_schedule("web", deal);
    assert_eq!(deal(ScheduleDeal::Pause).await.unwrap().state, State::Paused);
    assert_eq!(client.times("web", &TimesQuery::default()).await.unwrap().times, []);
    assert_eq!(deal(ScheduleDeal::Run).await.unwrap_err().code, "schedule.paused");
    assert_eq!(deal(ScheduleDeal::Resume).await.unwrap().state, State::Active);
    assert!(deal(ScheduleDeal::Run).await.unwrap().schedule.asked.is_some());
    assert_eq!(deal(ScheduleDeal::Delete).await.unwrap().schedule.name, "web");
    assert_eq!(deal(ScheduleDeal::Delete).await.unwrap_err().code, "schedule.unknown");
}

#[tokio::test]
async fn schedules_are_listed_in_pages() {
    let world = World::new().await;
    world.replica("a").await;
    world.replica("b").await;
    for number in 0..25 {
        let replica = if number % 5 == 0 { "b" } else { "a" };
        world.client().create_schedule(&of(replica, &format!("s{number:02}"))).await.unwrap();
    }
    for (replica, count) in [(None, 25), (Some("b"), 5), (Some("c"), 0)] {
        let (replica, limit) = (replica.map(str::to_owned), Some(4));
        let (mut query, mut names) = (ScheduleQuery { replica, after: None, limit }, Vec::new());
        loop {
            let page = world.client().schedules(&query).await.unwrap();
            names.extend(page.schedules.into_iter().map(|view| view.schedule.name));
            let Some(next) = page.next else { break };
            query.after = Some(next);
        }
        assert!(names.len() == count && names.is_sorted_by(|a, b| a < b), "{names:?}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_schedule_is_said() {
    let world = World::new().await;
    world.replica("web").await;
    world.client().create_schedule(&of("web", "web")).await.unwrap();
    for (line, body, status, code) in [
        ("POST /v1/schedules", "{}", 400, "api.request"),
        (
            "POST /v1/schedules",
            r#"{"replica": "web", "cron": "@daily", "deploy": {"x": 1}}"#,
            400,
            "api.request",
        ),
        ("POST /v1/schedules", r#"{"replica": "db", "cron": "@daily"}"#, 404, "replica.unknown"),
        ("POST /v1/schedules", r#"{"replica": "web", "cron": "@daily"}"#, 409, "schedule.exists"),
        ("POST /v1/schedules", r#"{"replica": "web", "name": "x", "cron": "1"}"#, 400, "schedule.cron"),
        (
            "POST /v1/schedules",
            r#"{"replica": "web", "name": "a/b", "cron": "@daily"}"#,
            400,
            "schedule.name",
        ),
        ("PATCH /v1/schedules/web", r#"{"zone": "Gone/Away"}"#, 400, "schedule.zone"),
        ("PATCH /v1/schedules/web", r#"{"until": 1}"#, 400, "schedule.until"),
        ("PATCH /v1/schedules/web", r#"{"enabled": false}"#, 400, "api.request"),
        ("PATCH /v1/schedules/x", "", 404, "schedule.unknown"),
        ("PUT /v1/schedules/web", "", 405, "api.method"),
        ("GET /v1/schedules?limit=1001", "", 400, "api.request"),
        ("GET /v1/schedules/web/times?count=0", "", 400, "api.request"),
        ("POST /v1/schedules/x/run", "", 404, "schedule.unknown"),
    ] {
        let (found, answer) = world.asked(line, body).await;
        assert_eq!((found, answer["code"].as_str()), (status, Some(code)), "{line} {body} {answer}");
    }
}

#[tokio::test]
async fn whoever_waits_for_the_end_of_a_job_learns_it() {
    let world = World::new().await;
    world.replica("a").await;
    world.client().execute("a", Execute::default()).await.unwrap();
    tokio::time::timeout(Duration::from_secs(20), world.tasks.ended()).await.unwrap();
    assert_eq!(world.tasks.count(), 0);
}
