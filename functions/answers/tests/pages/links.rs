//! What a link shows and takes.

use answers::CallbackError;
use questions::{Answered, Token};

use crate::world::{NOW, World, told};

#[tokio::test]
async fn looking_changes_nothing_however_often() {
    let world = World::new().await;
    for _ in 0..10 {
        let page = world.get(&world.sms.reveal()).await;
        assert_eq!(page.status_code, 200);
        assert!(
            page.body
                .contains("Haben Sie &lt;b&gt;5 €&lt;/b&gt; an متجر gezahlt?")
        );
        assert!(page.body.contains(r#"<html lang="de">"#));
        assert!(page.body.contains(r#"value="approved""#));
        assert!(!page.body.contains("<script") && !page.body.contains("callback of"));
    }
    let head = world.send("HEAD", &world.email.reveal(), None).await;
    assert_eq!((head.status_code, head.body.as_str()), (200, ""));
    assert!(world.told().is_empty());
    let page = world.post(&world.sms, "approved").await;
    assert!(page.body.contains("label approved"));
    assert_eq!(world.told(), told("sms", "approved"));
}

#[tokio::test]
async fn the_first_answer_decides_for_all_links() {
    let world = World::new().await;
    world.post(&world.email, "declined").await;
    for _ in 0..2 {
        let again = world.post(&world.email, "approved").await;
        assert!(again.body.contains("label declined"), "{}", again.body);
        let other = world.post(&world.sms, "approved").await;
        assert_eq!(other.status_code, 410);
        assert!(other.body.contains("Schon beantwortet"));
    }
    let looked = world.get(&world.email.reveal()).await;
    assert!(looked.body.contains("label declined") && !looked.body.contains("<form"));
    let looked = world.get(&world.sms.reveal()).await;
    assert!(looked.body.contains("Schon beantwortet"));
    assert!(!looked.body.contains("declined"), "it does not say what");
    assert_eq!(world.told(), told("email", "declined"));
}

#[tokio::test]
async fn both_links_pressed_at_once_give_one_answer() {
    let world = World::new().await;
    let (sms, email) = futures::join!(
        world.post(&world.sms, "approved"),
        world.post(&world.email, "declined")
    );
    let mut statuses = [sms.status_code, email.status_code];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 410]);
    assert_eq!(world.told().len(), 1);
}

#[tokio::test]
async fn an_answer_that_was_not_delivered_is_delivered_by_whoever_presses_next() {
    let world = World::new().await;
    let throttled = CallbackError::Unavailable {
        code: "TooManyRequestsException".to_owned(),
    };
    world.workflow.refusals.lock().unwrap().push(throttled);
    let page = world.post(&world.sms, "declined").await;
    assert_eq!(page.status_code, 503);
    assert!(page.headers.contains_key("retry-after"));
    assert!(world.get(&world.sms.reveal()).await.body.contains("<form"));
    let page = world.post(&world.email, "approved").await;
    assert!(page.body.contains("Schon beantwortet"));
    assert_eq!(world.told(), told("sms", "declined"));
}

#[tokio::test]
async fn whoever_presses_at_the_same_moment_sees_what_the_other_one_did() {
    for (link, status, shown) in [(0, 200, "label approved"), (1, 410, "Schon beantwortet")] {
        let world = World::new().await;
        let records = &world.answering.records;
        let asked = records.find(&world.sms.hash()).await.unwrap().unwrap();
        // One request has taken the question and told the workflow, and is about to note that.
        records.decide(&asked, "approved").await.unwrap();
        let answered = CallbackError::Closed;
        world.workflow.refusals.lock().unwrap().push(answered);
        let pressed = [&world.sms, &world.email][link];
        let (page, noted) = futures::join!(
            world.post(pressed, "declined"),
            records.settle("q", Answered::Delivered)
        );
        noted.unwrap();
        assert_eq!(page.status_code, status, "{}", page.body);
        assert!(page.body.contains(shown), "{}", page.body);
        let looked = world.get(&pressed.reveal()).await;
        assert_eq!(looked.body, page.body, "and it stays so");
    }
}

#[tokio::test]
async fn a_workflow_that_does_not_wait_any_more_is_told_apart() {
    let world = World::new().await;
    world
        .workflow
        .refusals
        .lock()
        .unwrap()
        .push(CallbackError::Closed);
    for _ in 0..2 {
        let page = world.post(&world.sms, "approved").await;
        assert_eq!(page.status_code, 410);
        assert!(page.body.contains("Schon geschlossen"));
    }
    assert!(
        world
            .get(&world.email.reveal())
            .await
            .body
            .contains("Schon geschlossen")
    );
    assert!(world.told().is_empty());
}

#[tokio::test]
async fn after_its_time_a_link_answers_nothing() {
    let world = World::asked_until(NOW).await;
    let looked = world.get(&world.sms.reveal()).await;
    let pressed = world.post(&world.sms, "approved").await;
    assert_eq!(looked, pressed);
    assert_eq!(looked.status_code, 410);
    assert!(looked.body.contains("Zu spät"));
    assert!(world.told().is_empty());
}

#[tokio::test]
async fn what_is_no_link_looks_like_one_that_is_unknown() {
    let world = World::new().await;
    let unknown = Token::random().unwrap().reveal();
    let first = world.get(&unknown).await;
    assert_eq!(first.status_code, 404);
    let long = "x".repeat(5000);
    let more = format!("{}/", world.sms.reveal());
    for other in ["", "favicon.ico", "../..", "%00", &long, &more, "token#"] {
        assert_eq!(world.get(other).await, first, "{other}");
        let pressed = world.send("POST", other, Some("choice=approved")).await;
        assert_eq!(pressed, first, "{other}");
    }
    assert!(world.told().is_empty());
}

#[tokio::test]
async fn what_is_no_choice_is_asked_again() {
    let world = World::new().await;
    let token = world.sms.reveal();
    let long = format!("choice={}", "a".repeat(5000));
    for body in [
        None,
        Some(""),
        Some("choice=maybe"),
        Some("x=approved"),
        Some(&long),
    ] {
        let page = world.send("POST", &token, body).await;
        assert_eq!(page.status_code, 400, "{body:?}");
        assert!(page.body.contains("Bitte wählen Sie"));
    }
    let other = world.send("DELETE", &token, None).await;
    assert_eq!(other.status_code, 405);
    assert_eq!(other.headers.get("allow").unwrap(), "GET, HEAD, POST");
    assert!(world.told().is_empty());
}

#[tokio::test]
async fn every_page_is_stored_nowhere_and_loads_nothing() {
    let world = World::new().await;
    for page in [
        world.get(&world.sms.reveal()).await,
        world.get("unknown").await,
        world.send("PUT", "", None).await,
        world.post(&world.sms, "approved").await,
    ] {
        let header = |name| page.headers.get(name).map(String::as_str);
        assert_eq!(header("cache-control"), Some("no-store"));
        assert_eq!(header("referrer-policy"), Some("no-referrer"));
        assert_eq!(header("x-content-type-options"), Some("nosniff"));
        let policy = header("content-security-policy").unwrap();
        assert!(
            policy.starts_with("default-src 'none'; style-src 'sha256-"),
            "{policy}"
        );
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"));
        assert!(!page.body.contains("http"), "{}", page.body);
    }
}
