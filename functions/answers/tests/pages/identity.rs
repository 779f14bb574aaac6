//! What whoever answers has to know besides having the link.

use answers::Response;
use questions::{MOST_TRIES, Token};

use crate::world::{World, told};

impl World {
    async fn typed(&self, token: &Token, choice: &str, digits: &str) -> Response {
        let body = format!("choice={choice}&identity={digits}");
        self.send("POST", &token.reveal(), Some(&body)).await
    }
}

#[tokio::test]
async fn an_answer_needs_the_digits_and_the_form_asks_for_them_aloud() {
    let world = World::asking_for("1234").await;
    let asked = world.get(&world.sms.reveal()).await;
    let field = r#"<label for="identity">Die letzten vier Ziffern Ihrer Karte</label>"#;
    assert!(asked.body.contains(field), "{}", asked.body);
    assert!(!asked.body.contains("1234") && !asked.body.contains("<script"));
    let page = world.post(&world.sms, "approved").await;
    assert_eq!(page.status_code, 400, "no digits");
    assert!(
        page.body
            .contains("Bitte geben Sie die letzten vier Ziffern")
    );
    let page = world.typed(&world.sms, "approved", "+12%2034+").await;
    assert_eq!(page.status_code, 200);
    assert_eq!(world.told(), told("sms", "approved"));
}

#[tokio::test]
async fn a_link_that_was_tried_too_often_is_closed_and_the_other_one_is_not() {
    let world = World::asking_for("1234").await;
    for left in (1..MOST_TRIES).rev() {
        let page = world.typed(&world.sms, "declined", "4321").await;
        assert_eq!(page.status_code, 403);
        let told = format!("Verbleibende Versuche: {left}.");
        assert!(page.body.contains(&told), "{}", page.body);
        assert!(page.body.contains(r#"aria-invalid="true""#));
        assert!(!page.body.contains("4321"), "what was typed is not shown");
    }
    for digits in ["4321", "1234"] {
        let page = world.typed(&world.sms, "declined", digits).await;
        assert_eq!(page.status_code, 410, "{digits}");
        assert!(page.body.contains("Link geschlossen"));
    }
    let looked = world.get(&world.sms.reveal()).await;
    assert!(looked.body.contains("Link geschlossen"));
    assert!(world.told().is_empty());
    let page = world.typed(&world.email, "approved", "1234").await;
    assert_eq!(page.status_code, 200);
    assert_eq!(world.told(), told("email", "approved"));
    let looked = world.get(&world.sms.reveal()).await;
    assert!(looked.body.contains("Schon beantwortet"), "{}", looked.body);
}

#[tokio::test]
async fn what_is_no_identity_costs_no_try() {
    let world = World::asking_for("1234").await;
    for digits in ["", "123", "12345", "abcd", "%D9%A1%D9%A2%D9%A3%D9%A4"] {
        for _ in 0..MOST_TRIES {
            let page = world.typed(&world.sms, "approved", digits).await;
            assert_eq!(page.status_code, 400, "{digits}");
        }
    }
    let page = world.typed(&world.sms, "maybe", "4321").await;
    assert!(page.body.contains("Bitte wählen Sie"), "{}", page.body);
    let page = world.typed(&world.sms, "approved", "1234").await;
    assert_eq!(page.status_code, 200);
}

#[tokio::test]
async fn an_unknown_link_asks_for_nothing() {
    let world = World::asking_for("1234").await;
    let unknown = Token::random().unwrap();
    let page = world.typed(&unknown, "approved", "1234").await;
    assert_eq!(page.status_code, 404);
    assert_eq!(page, world.get(&unknown.reveal()).await);
}
