//! Every rule of `wit/` that binds a plugin, who holds it, and where it stands. The page `sdk/docs/rules.md` is made from
//! this. Knows no check: a check names the rule that it holds.

/// Who sees to a rule.
#[cfg(test)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// `gyre plugin test`.
    Kit,
    /// The host, at every call: what it does about it.
    Host(&'static str),
}

macro_rules! rules {
    ($($name:ident $id:literal $place:literal $held:expr, $says:literal;)+) => {
        /// A rule by its name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[allow(missing_docs)] // each says itself what it is
        #[cfg_attr(not(test), allow(dead_code))] // what others see to stands on the page alone
        pub enum Rule { $($name),+ }

        impl Rule {
            /// Every rule, in the order of the page.
            #[cfg(test)]
            pub const ALL: &[Rule] = &[$(Rule::$name),+];

            /// As the page numbers it.
            pub const fn id(self) -> &'static str {
                match self { $(Rule::$name => $id),+ }
            }

            /// Where it stands in `wit/plugin.wit`: interface and item.
            pub const fn place(self) -> &'static str {
                match self { $(Rule::$name => $place),+ }
            }

            /// What it asks.
            pub const fn says(self) -> &'static str {
                match self { $(Rule::$name => $says),+ }
            }

            /// Who holds it.
            #[cfg(test)]
            pub const fn held(self) -> Held {
                match self { $(Rule::$name => $held),+ }
            }
        }
    };
}

#[cfg(test)]
use Held::{Host, Kit};

#[rustfmt::skip] // a table
rules! {
    Answers "P1" "gyre:plugin" Kit, "Every call answers, whatever it is asked and whatever the other side is like; none ends in a trap, an exception or at a limit.";
    Written "P2" "gyre:plugin" Kit, "Every call is there: none answers `plugin.not-written`.";
    Faults "P3" "gyre:plugin" Kit, "When a call of the host fails, the plugin answers, and an error that it passes on keeps its kind.";
    Retries "P4" "gyre:plugin" Kit, "It retries nothing: the host does.";
    Fresh "P5" "gyre:plugin" Host("every call but those of an open disk meets a new instance"), "It expects nothing of an earlier call but what came back as a state.";
    Options "P6" "gyre:plugin" Host("options that do not fit the schema reach no plugin: `config.option`"), "`config` is a JSON object that fits the plugin's schema.";
    Secrets "P7" "gyre:plugin" Host("`plugin.secret-told` in a state or a machine, blanked out elsewhere"), "No secret stands in a state, an error, a log line or any other answer.";
    Cancels "P8" "gyre:host/progress#cancelled" Host("ends the call"), "When the job was asked to stop, it answers with kind `cancelled` soon.";

    Describes "M1" "metadata#describe" Kit, "It describes itself without any call of the host, within a second and 16 MiB, and the same at every call.";
    Named "M2" "metadata#description" Kit, "Name and version are not empty.";
    Summary "M3" "metadata#description" Kit, "The summary is one line of at most 120 characters.";
    Schema "M4" "metadata#description.config-schema" Kit, "The schema is JSON Schema.";
    Closed "M5" "metadata#description.config-schema" Kit, "The schema is closed: an unknown option is refused.";
    Described "M6" "metadata#description.config-schema" Kit, "Every option has a description.";
    Introduced "M7" "metadata#describe" Kit, "The section `gyre:about` of its file, where there is one, says what `describe` says.";

    StateSize "T1" "types#state" Host("refuses the answer: `plugin.answer`"), "A state has at most 1 MiB.";
    Waits "T2" "types#wait" Host("waits no longer than that at once"), "A step waits for at most an hour.";
    Findings "T3" "types#finding" Host("refuses the answer: `plugin.answer`"), "A check finds at most 1,000 things.";
    FindsOrFails "T4" "types#finding" Kit, "What is wrong with options or machine is a finding, not an error.";
    TokenFirst "T5" "types#step" Kit, "What is made carries the token from its first moment on.";

    SourcePages "S1" "source#list-vms" Kit, "Every machine stands on one page only, and the pages come to an end.";
    SourceNames "S2" "source#list-vms" Kit, "With a name, those alone whose name contains it, in any case of letters.";
    SourceGets "S3" "source#get-vm" Kit, "A listed machine is found by its id, and is the same at every call; one that is not there is an error.";
    SourceIds "S4" "types#vm-spec" Kit, "A machine has its own id; no two of its disks or cards have the same, and none has none.";
    SourceDisks "S5" "types#vm-spec.disks" Host("refuses more, none, or two of one id: `plugin.answer`, `source.vm`"), "A machine has 1 to 64 disks.";
    SourceOff "S6" "source#power-off" Kit, "What is not there, or cannot be powered off, is an error and not `done`.";
    SourceSnapshot "S7" "source#ensure-snapshot" Kit, "Repeated with the same token it answers the same snapshot.";
    SourceRelease "S8" "source#release-snapshot" Kit, "It succeeds when the snapshot is not there any more, and with an empty state.";
    SourceOpens "S9" "source#open-disk" Kit, "A snapshot or a disk that is not there is an error.";
    SourceSize "S10" "source#open-disk" Kit, "The size of an open disk is that of the machine's description.";
    SourceMap "S11" "source#extents" Kit, "The map of a disk covers it in order and without gaps, at most 65,536 extents at once, inside disks that are open.";
    SourceRead "S12" "source#read" Kit, "What is said to be data can be read: exactly as much as was asked for.";
    SourceChanges "S13" "source#extents" Host("refuses what is out of order: `extents.invalid`"), "Changes since a snapshot come in order; a base that is gone is `not-found`.";
    SourceMarks "S14" "source#list-marked" Kit, "Pages of marked objects come to an end, each object stands on one of them and can be named.";
    SourceUnmarked "S15" "source#remove-marked" Kit, "Removing a marked object that is not there is done.";
    SourceListed "S16" "source#list-marked" Kit, "What `ensure-snapshot` made is listed with its token.";
    SourceForeign "S17" "source#remove-marked" Kit, "An object that carries another token is refused with `conflict`.";

    TargetMissing "D1" "destination" Kit, "A worker, a machine or disks that are not there are an error.";
    TargetOptions "D2" "destination#options" Kit, "Choices are of options of the schema, and only of those that were named.";
    TargetMacs "D3" "types#morphing.macs" Kit, "The plan has no more addresses than the machine has cards.";
    TargetEmpty "D4" "destination" Kit, "Every `remove-*` succeeds where nothing is, with an empty state.";
    TargetUnmarked "D5" "destination#remove-marked" Kit, "Removing a marked object that is not there is done.";
    TargetPages "D6" "destination#list-marked" Kit, "Pages of marked objects come to an end, each object stands on one of them and can be named.";
    TargetDisks "D7" "destination#ensure-disks" Kit, "It makes every disk of the machine, at least as large.";
    TargetLost "D8" "destination" Kit, "Interrupted at any call of the host, `remove-*` with an empty state leaves nothing that carries the token.";
    TargetTwice "D9" "types#step" Kit, "A step repeated with the same token makes nothing twice.";
    TargetMarks "D10" "destination#list-marked" Kit, "What a step made is listed with its token.";
    TargetRemoves "D11" "destination" Kit, "`remove-*` removes what the step made, and succeeds when it is repeated.";
    TargetWorker "D12" "destination#ensure-worker" Kit, "All disks are attached to a worker, and each has a name there.";
    TargetConsole "D13" "destination#worker-console" Kit, "A console is at most 64 KiB.";
    TargetClone "D14" "destination#remove-clone" Kit, "Removing a clone, or what stands for one, leaves the replica's own disks.";
    TargetStays "D15" "destination#remove-instance" Kit, "Removing a machine leaves its disks.";
    TargetForeign "D16" "destination#remove-marked" Kit, "An object that carries another token is refused with `conflict`.";
    TargetGone "D17" "destination#describe-worker" Kit, "A worker that does not run any more fails with `unavailable` and `worker.gone`.";
    TargetOrder "D18" "destination#list-marked" Kit, "What holds something is listed before it.";
    TargetRestore "D19" "destination#restore-checkpoint" Kit, "It puts the replica's own disks back to the checkpoint.";

    MorphLooks "O1" "osmorphing#detect" Kit, "`detect` looks and changes nothing.";
    MorphSame "O2" "osmorphing#detect" Kit, "`detect` says the same again of the same root.";
    MorphEmpty "O3" "osmorphing#detect" Kit, "`detect` says of an empty root that it is not its own.";
    MorphScore "O4" "osmorphing#os-match.score" Host("takes more for 100"), "A score is 0 to 100.";
    MorphRepeats "O5" "osmorphing#morph" Kit, "`morph` repeated on the same root changes nothing more.";
    MorphResumes "O6" "osmorphing#morph" Kit, "`morph` interrupted anywhere comes to the same when it is repeated.";
    MorphBoots "O7" "osmorphing#morph" Kit, "Where `morph` succeeds, no file of the guest keeps it from booting: kernel, driver of its disks, boot loader, file systems.";
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::path::Path;

    const HEAD: &str = "\
<!-- Made from host/cli/src/conformance/rules.rs: UPDATE=1 cargo test -p gyre-cli every_rule_stands_on_the_page -->
# What the contract asks of a plugin

Every rule of the comments in `wit/`, where it stands there, and who sees to it; M7 is of the component's file alone. `gyre plugin test`
prints the number of the rule with every check; how it is run stands in [testing](testing.md).

| | rule | in `wit/` | who sees to it |
|---|---|---|---|
";

    fn page() -> String {
        let row = |rule: &Rule| {
            let held = match rule.held() {
                Held::Kit => "`gyre plugin test`".to_owned(),
                Held::Host(how) => format!("the host: {how}"),
            };
            format!("| {} | {} | `{}` | {held} |\n", rule.id(), rule.says(), rule.place())
        };
        HEAD.to_owned() + &Rule::ALL.iter().map(row).collect::<String>()
    }

    #[test]
    fn every_rule_stands_on_the_page() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sdk/docs/rules.md");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, page()).unwrap();
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap(), page(), "run it with UPDATE=1");
    }

    #[test]
    fn every_rule_has_a_number_of_its_own_and_a_place_that_is_there() {
        let ids: BTreeSet<_> = Rule::ALL.iter().map(|rule| rule.id()).collect();
        assert_eq!(ids.len(), Rule::ALL.len());
        let tree = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit");
        let wit = ["plugin.wit", "deps/gyre-host/host.wit"]
            .map(|file| std::fs::read_to_string(tree.join(file)).unwrap())
            .concat();
        for rule in Rule::ALL {
            let names = rule.place().trim_start_matches("gyre:plugin").trim_start_matches("gyre:host/");
            for name in names.split(['#', '.']).filter(|name| !name.is_empty()) {
                assert!(wit.contains(name), "{name} of {} is not in the contract", rule.id());
            }
        }
    }
}
