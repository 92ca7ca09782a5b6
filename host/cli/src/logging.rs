//! `gyre job log`: what happened in a job, a line for each event, until now or until the job is over. Refuses to
//! know how events came about.

use crate::answer::Answer;
use crate::desk::Desk;
use crate::show::{self, clean, flow, seconds, size, time};
use gyre_core::{Error, Result};
use gyre_engine::{News, Told};
use gyre_saga::Stop;
use serde_json::json;
use std::io::Write;
use std::time::Duration;

/// Events that are asked for at once.
const PAGE: u32 = 1000;
/// How often a followed job is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// What happened in a job; with `follow`, lines are printed as they come, until it is over.
///
/// # Errors
/// `job.unknown`, `store.*`.
pub async fn log(desk: &dyn Desk, id: &str, follow: bool, stop: &Stop) -> Result<Answer> {
    let mut after = 0;
    let mut all = Vec::new();
    loop {
        // Looked at before the events are: what is told after an end is not missed.
        let status = desk.job(id).await?.report.status;
        let mut page = desk.told(id, after, PAGE).await?;
        let is_last = page.len() < PAGE as usize;
        after = page.last().map_or(after, |told| told.seq);
        if follow {
            print(&page)?;
        } else {
            all.append(&mut page);
        }
        if is_last && (!follow || status.is_final() || status == gyre_saga::Status::Stuck) {
            break;
        }
        if is_last {
            tokio::select! {
                () = tokio::time::sleep(LOOK_EVERY) => {}
                () = stop.asked() => break,
            }
        }
    }
    let text: String = all.iter().map(|told| line(told) + "\n").collect();
    Ok(Answer::new(json!({ "job": id, "events": all }), text))
}

/// How far the disks of a job that runs are: what was told of each last.
///
/// # Errors
/// `store.*`.
pub async fn progress(desk: &dyn Desk, id: &str) -> Result<String> {
    let mut text = String::new();
    let take = |told: Told| {
        if matches!(told.news, News::Disk { .. }) {
            text += &(line(&told) + "\n");
        }
    };
    each(desk, id, take).await?;
    Ok(text)
}

/// What a job changed in its guest, as it was kept with the job: once more for each time that it was tried.
///
/// # Errors
/// `job.unknown`, `store.*`.
pub async fn changes(desk: &dyn Desk, id: &str) -> Result<Answer> {
    desk.job(id).await?;
    let mut all = Vec::new();
    let take = |told: Told| {
        if let News::Changed(change) = told.news {
            all.push(change);
        }
    };
    each(desk, id, take).await?;
    let text = match all.is_empty() {
        true => format!("job {id} has told of no change in a guest\n"),
        false => show::changes(&all),
    };
    Ok(Answer::new(json!({ "job": id, "changes": all }), text))
}

/// All that was told of a job until now, the oldest first.
async fn each(desk: &dyn Desk, id: &str, mut take: impl FnMut(Told) + Send) -> Result<()> {
    let mut after = 0;
    loop {
        let page = desk.told(id, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.seq;
        page.into_iter().for_each(&mut take);
    }
}

fn print(page: &[Told]) -> Result<()> {
    let mut out = std::io::stdout().lock();
    let written = page.iter().try_for_each(|told| writeln!(out, "{}", line(told))).and_then(|()| out.flush());
    // Whoever does not read on does not want more.
    written.map_err(|_| Error::cancelled())
}

/// An event on one line.
pub fn line(told: &Told) -> String {
    format!("{}  {}", time(told.at), clean(&words(&told.news)))
}

fn words(news: &News) -> String {
    match news {
        News::Queued { ahead } => format!("waits for its turn, {ahead} before it"),
        News::Begun { kind, subject, resumed: false } => format!("{kind} of {subject} begins"),
        News::Begun { kind, subject, resumed: true } => format!("{kind} of {subject} goes on"),
        News::Step { name, index, total, again } => {
            format!("[{index}/{total}] {name}{}", if *again { " (again)" } else { "" })
        }
        News::Done { name } => format!("{name} done"),
        News::Waiting { name, seconds: pause } => format!("{name} waits {}", seconds(*pause)),
        News::Retrying { name, error, seconds: pause } => {
            format!("{name} failed, again in {}: {error}", seconds(*pause))
        }
        News::Failed { name, error } => format!("{name} failed: {error}"),
        News::Redoing { from, error } => format!("once more from {from}: {error}"),
        News::Undoing { name } => format!("undo {name}"),
        News::Undone { name } => format!("{name} undone"),
        News::UndoFailed { name, error } => format!("undo {name} failed: {error}"),
        News::Disk { disk, phase, done, total, flow: how } => {
            format!("{disk} {phase}: {} of {}{}", size(*done), size(*total), flow(how.as_ref()))
        }
        News::Phase { text, done, total: Some(total) } => format!("{text} ({done} of {total})"),
        News::Phase { text, total: None, .. } => text.clone(),
        News::Warning { text } => format!("! {text}"),
        News::Log { plugin, level, text } => format!("{plugin} {level}: {text}"),
        News::Changed(change) => format!("{} {}", change.what.name(), change.path),
        News::Ended { status, error: None } => format!("ended: {}", status.name()),
        News::Ended { status, error: Some(error) } => format!("ended: {}: {error}", status.name()),
        News::Lost { count } => format!("{count} events could not be kept"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gyre_core::flow::{Bottleneck, Flow};

    #[test]
    fn a_disk_says_how_it_goes_on_once_that_is_known() {
        let of = |flow| {
            let (disk, phase) = ("disk0".into(), "copy".into());
            words(&News::Disk { disk, phase, done: 1 << 30, total: 4 << 30, flow })
        };
        assert_eq!(of(None), "disk0 copy: 1.0 GiB of 4.0 GiB");
        let stuck = Flow { bottleneck: Some(Bottleneck::Target), ..Flow::default() };
        assert_eq!(of(Some(stuck)), "disk0 copy: 1.0 GiB of 4.0 GiB, 0 B/s, waits for the target");
        let steady = Flow { bytes_per_second: 50 << 20, left_seconds: Some(62), ..Flow::default() };
        assert_eq!(of(Some(steady)), "disk0 copy: 1.0 GiB of 4.0 GiB, 50.0 MiB/s, 1 min 2 s left");
        let packed = Flow { compressed_to: Some(43), ..steady };
        assert_eq!(
            of(Some(packed)),
            "disk0 copy: 1.0 GiB of 4.0 GiB, 50.0 MiB/s, 1 min 2 s left, compressed to 43 %"
        );
    }

    #[test]
    fn an_event_is_one_line_without_control_characters() {
        let news = News::Log { plugin: "p".into(), level: "warn".into(), text: "a\x1b[2J\nb".into() };
        let told = Told { seq: 1, job: "j".into(), at: 0, news };
        assert_eq!(line(&told), "1970-01-01 00:00:00Z  p warn: a [2J b");
    }
}
