//! A bureau publishes a new version of a list while an inspection under the old one is open.

use xuncha_core::checklist::Checklist;
use xuncha_hq::hq::Hq;
use xuncha_hq::packs::{Own, embedded};

use super::*;

const NEW: &str = "本局新版：进货查验有记录。";

/// The text of an item, as an inspection shows it.
fn shown(view: &Value, item: &str) -> String {
    let all = xuncha_tests::alone::items(view);
    let found = all.iter().find(|i| i["item"]["code"] == item).expect("the item");
    text(&found["item"]["text"]["zh-Hans"])
}

fn acc() -> Checklist {
    embedded().unwrap().list(&"ACC".parse().unwrap()).unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_version_reaches_the_phone_and_an_open_draft_keeps_the_words_it_began_with() {
    let (mut world, alice) = world_with_alice().await;
    let draft = begin(&alice).await;
    let old = acc();
    let item = old.sections[0].items[0].code.to_string();
    let words = old.sections[0].items[0].text.zh.clone();
    answer(&alice, &draft, &item, "non_conforming", &[]).await;

    let mut new = old.clone();
    new.version = format!("{}-b1", old.version);
    new.sections[0].items[0].text.zh = NEW.into();
    let gone = new.sections[0].items.pop().unwrap().code.to_string();
    world.hq.switch_off().await;
    {
        let hq = Hq::open(world.hq.config()).await.unwrap();
        // JSON is YAML.
        let own = Own::from_files(vec![("lists/ACC.yaml".into(), new.canonical())]).unwrap();
        assert_eq!(hq.publish_own(&own, &district::ADMIN.parse().unwrap()).await.unwrap().len(), 1);
    }
    world.hq.switch_on().await.unwrap();
    alice.sync().await.unwrap();

    let lists: Vec<Value> = alice.ask("lists", json!({})).await.unwrap();
    let newest = lists.iter().find(|l| l["code"] == "ACC").unwrap();
    assert_eq!(newest["version"], new.version.as_str(), "what a new inspection is offered");
    let kept = view(&alice, &draft).await;
    assert_eq!(shown(&kept, &item), words);
    assert_eq!(xuncha_tests::alone::state_of(&kept, &item)["answers"][0]["outcome"], "non_conforming");
    shown(&kept, &gone);

    let alice = alice.reopen().await.unwrap();
    assert_eq!(shown(&view(&alice, &draft).await, &item), words, "after the app was closed too");
    answer(&alice, &draft, &gone, "conforms", &[]).await;
    let next = begin(&alice).await;
    assert_eq!(shown(&view(&alice, &next).await, &item), NEW);
    alice.sync().await.unwrap();
    let hq = world.head().await.unwrap();
    let timeline = timeline(&hq, &draft).await;
    assert!(timeline.iter().all(|row| row.inert.is_none()), "{timeline:?}");
}
