//! Days on which nobody presses the button, in virtual time: when a contact begins, and that nothing begins otherwise.

use std::collections::VecDeque;

use xuncha_core::Failure;

use super::model::Hq;
use super::phone::Phone;
use super::sim::{at_hq, local};
use crate::app::views::{SyncPhase, SyncView};
use crate::sync::by_itself::{BEAT_MS, FLAP_MOST_MS, INSISTS_MS, MOST_QUIET_MS, OPEN_MS, QUIET_MS};
use crate::sync::{Ask, Effect, Input, Machine, Network, Wishes};

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;
const ON: Wishes = Wishes { wifi_only: false, first: None, by_itself: true };

/// How HQ is reached.
#[derive(Debug, Clone)]
enum Reach {
    There,
    Away,
    /// Away after so many more answers.
    Ends(u64),
    Refuses(Failure),
}

/// An unlocked phone. Whatever it asks is answered at once; time goes by only where the machine waits.
struct Day {
    machine: Machine,
    phone: Phone,
    hq: Hq,
    reach: Reach,
    now: u64,
    wake: Option<u64>,
    /// When contacts began.
    contacts: Vec<u64>,
    requests: u64,
    steps: u64,
}

impl Day {
    /// Just unlocked, with these terms.
    fn begins(wishes: Wishes, paused: bool) -> Self {
        let mut hq = Hq::new();
        let phone = Phone::new(&hq.feed);
        hq.knows(&phone.feed);
        let machine = Machine::new(phone.setup());
        let (contacts, reach) = (vec![], Reach::There);
        let mut day = Self { machine, phone, hq, reach, now: 0, wake: None, contacts, requests: 0, steps: 0 };
        day.input(Input::Wish(wishes));
        if paused {
            day.input(Input::Pause);
        }
        day
    }

    /// Unlocked long enough ago that the first contact is over.
    fn at_work() -> Self {
        let mut day = Self::begins(ON, false);
        day.pass(OPEN_MS);
        assert_eq!((day.contacts.len(), day.view().phase), (1, SyncPhase::Done));
        day.pass(MINUTE);
        day.contacts.clear();
        day
    }

    fn input(&mut self, input: Input) {
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            self.steps += 1;
            assert!(self.steps < 500_000, "a storm at {}: {} contacts", self.now, self.contacts.len());
            self.wake = None;
            for effect in self.machine.step(self.now, input) {
                match effect {
                    Effect::Ask { id, ask } => {
                        if matches!(ask, Ask::Standing) {
                            self.contacts.push(self.now);
                        }
                        inputs.push_back(Input::Answer { id, result: local(&self.phone, ask) });
                    }
                    Effect::Send { id, token, request } => {
                        self.requests += 1;
                        let token = token.map(|t| t.to_string());
                        let result = match &mut self.reach {
                            Reach::There => at_hq(&self.phone, &mut self.hq, token, &request),
                            Reach::Ends(left @ 1..) => {
                                *left -= 1;
                                at_hq(&self.phone, &mut self.hq, token, &request)
                            }
                            Reach::Away | Reach::Ends(_) => {
                                Err(Failure::later("hq.unreachable").with("why", "connect"))
                            }
                            Reach::Refuses(failure) => Err(failure.clone()),
                        };
                        inputs.push_back(Input::Answer { id, result });
                    }
                    Effect::Wait { ms } => {
                        let at = self.now + ms;
                        self.wake = Some(self.wake.map_or(at, |wake| wake.min(at)));
                    }
                    Effect::Cancel { .. } | Effect::Show(_) | Effect::Done => {}
                }
            }
        }
    }

    /// So much time goes by.
    fn pass(&mut self, ms: u64) {
        let until = self.now + ms;
        while let Some(wake) = self.wake.filter(|wake| *wake <= until) {
            self.now = self.now.max(wake);
            self.input(Input::Tick);
        }
        self.now = until;
    }

    fn writes(&mut self) {
        self.phone.says(1);
        self.input(Input::News);
    }

    fn view(&self) -> SyncView {
        self.machine.view()
    }

    fn problem(&self) -> Option<String> {
        self.view().problem.map(|f| f.code)
    }

    fn lacks(&self) -> u64 {
        let here = self.phone.durable().frames.len() as u64;
        here - self.hq.has_all_of(&self.phone.feed.feed).seq
    }
}

#[test]
fn an_unlock_brings_one_contact_and_then_one_each_quarter_of_an_hour_while_nothing_is_new() {
    let mut day = Day::begins(ON, false);
    assert!(day.contacts.is_empty(), "the first page is drawn first");
    day.pass(OPEN_MS);
    assert_eq!(day.contacts, [OPEN_MS]);
    assert_eq!((day.view().phase, day.view().asked, day.view().by_itself), (SyncPhase::Done, false, true));
    assert_eq!(day.view().retry_ms, Some(BEAT_MS), "the screen can say when");
    let steps = day.steps;
    day.pass(BEAT_MS - 1);
    assert_eq!((day.contacts.len(), day.steps), (1, steps), "nothing wakes the phone in between");
    day.pass(1);
    assert_eq!(day.contacts, [OPEN_MS, OPEN_MS + BEAT_MS]);
    day.pass(8 * HOUR);
    assert_eq!(day.contacts.len(), 2 + 32);
    println!("8 h with nothing new: {} contacts, {} requests", day.contacts.len(), day.requests);
}

#[test]
fn switched_off_it_does_nothing_and_switched_on_it_begins() {
    let mut day = Day::begins(Wishes::default(), false);
    day.writes();
    day.input(Input::Network(Network::None));
    day.input(Input::Network(Network::Unmetered));
    day.pass(8 * HOUR);
    assert_eq!((day.contacts.len(), day.view().retry_ms), (0, None));
    day.input(Input::Wish(ON));
    day.pass(OPEN_MS);
    assert_eq!((day.contacts.len(), day.lacks()), (1, 0));
    day.input(Input::Wish(Wishes::default()));
    assert_eq!(day.view().retry_ms, None);
    day.writes();
    day.pass(8 * HOUR);
    assert_eq!((day.contacts.len(), day.lacks()), (1, 1));
}

#[test]
fn what_is_written_goes_over_when_the_writing_pauses_and_during_long_writing_every_two_minutes() {
    let mut day = Day::at_work();
    day.writes();
    let written = day.now;
    assert_eq!(day.view().retry_ms, Some(QUIET_MS));
    day.pass(QUIET_MS - 1);
    assert_eq!(day.contacts.len(), 0);
    day.pass(1);
    assert_eq!((day.contacts.as_slice(), day.lacks()), ([written + QUIET_MS].as_slice(), 0));

    // An answer every five seconds for an hour.
    day.contacts.clear();
    let begun = day.now;
    for _ in 0..HOUR / 5_000 {
        day.writes();
        day.pass(5_000);
    }
    assert_eq!(day.contacts.first(), Some(&(begun + MOST_QUIET_MS)));
    assert!((28..=30).contains(&day.contacts.len()), "{:?}", day.contacts);
    day.pass(QUIET_MS);
    assert_eq!(day.lacks(), 0);
    println!("720 answers in an hour: {} contacts", day.contacts.len());
}

#[test]
fn what_is_written_while_a_contact_runs_goes_with_the_next_one() {
    let mut day = Day::at_work();
    day.reach = Reach::Ends(1);
    day.writes();
    day.pass(QUIET_MS);
    assert_eq!(day.view().phase, SyncPhase::Pushing, "under way, a cut of the first seconds is no word");
    day.writes();
    day.reach = Reach::There;
    day.pass(5_000);
    assert_eq!(day.view().phase, SyncPhase::Done);
    day.pass(QUIET_MS);
    assert_eq!((day.lacks(), day.contacts.len()), (0, 2));
    day.pass(MINUTE);
    assert_eq!(day.contacts.len(), 2, "and not more often than that");
}

#[test]
fn eight_hours_without_hq_are_a_hundred_tries_however_much_is_written() {
    let mut day = Day::at_work();
    day.reach = Reach::Away;
    let requests = day.requests;
    for _ in 0..8 * 60 {
        day.writes();
        day.pass(MINUTE);
    }
    let (tries, asked) = (day.contacts.len(), day.requests - requests);
    assert!((80..=120).contains(&tries), "{tries}");
    assert!(asked <= 2 * tries as u64, "{asked} requests");
    let gaps: Vec<u64> = day.contacts.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(gaps.iter().all(|gap| (7_500..=450_200).contains(gap)), "{gaps:?}");
    assert!(gaps[..4].iter().sum::<u64>() < 6 * MINUTE, "a short hole is noticed soon: {gaps:?}");
    assert_eq!(day.problem(), Some("hq.unreachable".into()));
    let view = day.view();
    assert_eq!((view.phase, view.asked), (SyncPhase::Waiting, false), "nobody asked: said calmly");
    assert!(view.retry_ms.is_some_and(|ms| ms <= 450_000));

    day.contacts.clear();
    day.reach = Reach::There;
    day.pass(450_000);
    assert_eq!((day.contacts.len(), day.lacks(), day.problem()), (1, 0, None), "without any word of the network");
    println!("8 h without HQ, 480 things written: {tries} tries, {asked} requests");
}

#[test]
fn a_network_that_comes_back_is_used_at_once_and_one_that_flaps_makes_no_storm() {
    let mut day = Day::at_work();
    day.reach = Reach::Away;
    day.input(Input::Network(Network::None));
    day.writes();
    day.pass(2 * HOUR);
    // Just before this one would have come anyway nothing would be proved.
    while day.view().retry_ms.is_some_and(|ms| ms < 2 * MINUTE) {
        day.pass(30_000);
    }
    day.pass(FLAP_MOST_MS);
    day.contacts.clear();
    day.reach = Reach::There;
    day.input(Input::Network(Network::Unmetered));
    assert_eq!((day.contacts.as_slice(), day.lacks()), ([day.now].as_slice(), 0));
    day.input(Input::Network(Network::Unknown));
    day.pass(MINUTE);
    assert_eq!(day.contacts.len(), 1, "nothing is owed: a new network is no reason");

    day.reach = Reach::Away;
    day.writes();
    day.contacts.clear();
    for _ in 0..HOUR / 1_000 {
        day.input(Input::Network(Network::None));
        day.input(Input::Network(Network::Unknown));
        day.pass(1_000);
    }
    let most = HOUR / FLAP_MOST_MS + 8;
    assert!((10..=most).contains(&(day.contacts.len() as u64)), "{}", day.contacts.len());
    println!("a network that came 3600 times in an hour: {} tries", day.contacts.len());
}

#[test]
fn paused_nothing_begins_until_the_person_goes_on() {
    let mut paused = Day::begins(ON, true);
    paused.writes();
    paused.pass(8 * HOUR);
    paused.input(Input::Network(Network::Unmetered));
    paused.pass(HOUR);
    assert_eq!((paused.contacts.len(), paused.view().phase), (0, SyncPhase::Paused));
    paused.input(Input::Start);
    assert_eq!((paused.contacts.len(), paused.lacks()), (1, 0));
    paused.writes();
    paused.pass(QUIET_MS);
    assert_eq!(paused.lacks(), 0, "going on is going on by itself, too");
    paused.input(Input::Pause);
    paused.writes();
    paused.pass(8 * HOUR);
    assert_eq!((paused.contacts.len(), paused.lacks()), (2, 1));
}

#[test]
fn kept_to_wifi_nothing_begins_on_another_network_and_what_runs_is_held() {
    let mut wifi = Day::begins(Wishes { wifi_only: true, ..ON }, false);
    wifi.input(Input::Network(Network::Metered));
    wifi.writes();
    wifi.pass(8 * HOUR);
    assert_eq!((wifi.contacts.len(), wifi.view().retry_ms), (0, None));
    assert_eq!(wifi.problem(), None, "waiting for Wi-Fi is no trouble");
    wifi.input(Input::Network(Network::Unmetered));
    assert_eq!((wifi.contacts.len(), wifi.lacks()), (1, 0));
    // The network changes while it runs by itself.
    wifi.reach = Reach::Ends(1);
    wifi.writes();
    wifi.pass(QUIET_MS);
    assert_eq!(wifi.contacts.len(), 2);
    wifi.input(Input::Network(Network::Metered));
    let requests = wifi.requests;
    wifi.reach = Reach::There;
    wifi.pass(8 * HOUR);
    assert_eq!((wifi.requests, wifi.problem()), (requests, Some("network.metered".into())));
    assert!(!wifi.view().asked);
    wifi.input(Input::Wish(ON));
    assert_eq!(wifi.lacks(), 0);
}

#[test]
fn an_hq_that_refuses_is_not_asked_again_for_each_entry_and_is_heard_aloud() {
    let mut day = Day::at_work();
    day.reach = Reach::Refuses(Failure::after_action("device.revoked"));
    for _ in 0..60 {
        day.writes();
        day.pass(MINUTE);
    }
    assert!((3..=5).contains(&day.contacts.len()), "{:?}", day.contacts);
    assert_eq!((day.problem(), day.view().phase), (Some("device.revoked".into()), SyncPhase::Failed));
    day.reach = Reach::There;
    day.pass(BEAT_MS);
    assert_eq!((day.lacks(), day.problem()), (0, None));
}

#[test]
fn a_line_that_breaks_in_the_middle_is_left_after_a_minute_and_the_rest_goes_later() {
    let mut day = Day::at_work();
    day.phone.photographs(vec![7; 3_000_000]);
    day.reach = Reach::Ends(3);
    day.input(Input::News);
    day.pass(QUIET_MS + 59_000);
    let requests = day.requests;
    assert_eq!(day.contacts.len(), 1, "short cuts are bridged within the contact");
    day.pass(8 * HOUR);
    assert!(day.contacts.len() < 130 && day.requests - requests < 300, "{} {}", day.contacts.len(), day.requests);
    day.reach = Reach::There;
    day.pass(450_000);
    assert_eq!((day.lacks(), day.hq.blobs.len(), day.view().phase), (0, 1, SyncPhase::Done));
}

#[test]
fn a_person_who_presses_is_served_at_once_and_insisted_for_and_after_ten_minutes_it_goes_on_by_itself() {
    let mut day = Day::at_work();
    day.reach = Reach::Away;
    day.writes();
    day.pass(HOUR);
    day.contacts.clear();
    let pressed = day.requests;
    day.input(Input::Start);
    assert_eq!(day.contacts, [day.now]);
    assert!(day.view().asked);
    day.pass(MINUTE);
    assert!(day.requests - pressed > 10, "it does not give up as what nobody asked for does");
    assert_eq!((day.view().phase, day.view().asked), (SyncPhase::Waiting, true));
    day.pass(INSISTS_MS + 2 * MINUTE);
    assert!(!day.view().asked, "and is calm again");
    let (contacts, requests) = (day.contacts.len(), day.requests);
    day.pass(8 * HOUR);
    assert!(day.contacts.len() - contacts < 120, "{}", day.contacts.len());
    assert!(day.requests - requests < 240, "{}", day.requests);
    day.reach = Reach::There;
    day.input(Input::Start);
    assert_eq!((day.lacks(), day.view().phase), (0, SyncPhase::Done));
}
