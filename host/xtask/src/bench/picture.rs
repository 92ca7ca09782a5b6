//! The speeds as bars, two for each row: a picture in SVG 1.1 that a browser and a forge show as it is. Knows nothing but
//! rows.

use super::meter::Row;
use std::fmt::Write as _;

/// All in the picture's own units.
const WIDTH: f64 = 760.0;
const LEFT: f64 = 230.0;
/// For the number behind a bar.
const RIGHT: f64 = 130.0;
const TOP: f64 = 56.0;
const BAR: f64 = 15.0;
const ROW: f64 = 48.0;
const PEER: &str = "#9aa5b1";
const OURS: &str = "#0b7285";
/// What can be read on a dark page, too.
const PAPER: &str = "#ffffff";
const INK: &str = "#1f2933";

/// Mebibytes of data per second, the more the better.
pub fn draw(rows: &[&Row], data_mib: f64) -> String {
    let speeds = rows.iter().flat_map(|row| [row.peer.seconds, row.ours.seconds]);
    let fastest = speeds.map(|seconds| data_mib / seconds).fold(1.0, f64::max);
    let height = TOP + ROW * rows.len() as f64 + 12.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"sans-serif\" font-size=\"13\">\n\
         <rect width=\"{WIDTH}\" height=\"{height}\" fill=\"{PAPER}\"/>\n"
    );
    text(&mut svg, 16.0, 24.0, "MiB of data per second; more is better");
    legend(&mut svg);
    for (index, row) in rows.iter().enumerate() {
        let top = TOP + ROW * index as f64;
        text(&mut svg, 16.0, top + BAR + 4.0, &row.title);
        let bars = [(&row.peer_name, row.peer.seconds, PEER), (&"gyre".to_owned(), row.ours.seconds, OURS)];
        for (place, (name, seconds, colour)) in bars.into_iter().enumerate() {
            let speed = data_mib / seconds;
            let (y, width) = (top + place as f64 * (BAR + 2.0), (WIDTH - LEFT - RIGHT) * speed / fastest);
            bar(&mut svg, LEFT, y, width, colour);
            text(&mut svg, LEFT + width + 6.0, y + BAR - 3.0, &format!("{speed:.0} {name}"));
        }
    }
    svg + "</svg>\n"
}

fn legend(svg: &mut String) {
    bar(svg, LEFT, 34.0, BAR, PEER);
    text(svg, LEFT + BAR + 6.0, 46.0, "its peer");
    bar(svg, LEFT + 90.0, 34.0, BAR, OURS);
    text(svg, LEFT + 90.0 + BAR + 6.0, 46.0, "gyre, hashing what it reads");
}

fn bar(svg: &mut String, x: f64, y: f64, width: f64, colour: &str) {
    let _ =
        writeln!(svg, "<rect x=\"{x}\" y=\"{y}\" width=\"{width:.1}\" height=\"{BAR}\" fill=\"{colour}\"/>");
}

fn text(svg: &mut String, x: f64, y: f64, words: &str) {
    let words = words.replace('&', "&amp;").replace('<', "&lt;");
    let _ = writeln!(svg, "<text x=\"{x:.1}\" y=\"{y}\" fill=\"{INK}\">{words}</text>");
}

#[cfg(test)]
mod tests {
    use super::super::meter::Took;
    use super::*;

    #[test]
    fn the_fastest_bar_is_the_longest_and_fills_its_room() {
        let took = |seconds| Took { seconds, cpu_seconds: 1.0, memory_mib: 1.0 };
        let row = Row {
            title: "a < b".into(),
            peer_name: "peer".into(),
            aim: Some(1.0),
            peer: took(4.0),
            ours: took(2.0),
        };
        let svg = draw(&[&row], 1000.0);
        assert!(svg.contains("width=\"400.0\"") && svg.contains("width=\"200.0\""), "{svg}");
        assert!(svg.contains("a &lt; b") && svg.contains("500 gyre") && svg.contains("250 peer"));
    }
}
