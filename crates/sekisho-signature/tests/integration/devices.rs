//! `pkcs11:` URIs.

use proptest::prelude::*;
use sekisho_signature::device::{DeviceKeyName, DeviceKeyNameError};

#[test]
fn every_attribute_is_read() {
    let name = DeviceKeyName::parse(
        "pkcs11:token=The%20token;manufacturer=M;serial=1;model=X;slot-id=7;slot-description=S;slot-manufacturer=Y;\
         library-description=L;library-manufacturer=Z;library-version=3.40;object=my%3Bkey;id=%01%fF;type=private;x-own=1\
         ?module-path=/usr/lib/m.so&pin-source=file:/run/pin&x-more=2",
    )
    .expect("a name");
    assert_eq!(name.token.as_deref(), Some("The token"));
    assert_eq!(name.slot, Some(7));
    assert_eq!(name.library_version, Some((3, Some(40))));
    assert_eq!(name.object.as_deref(), Some(&b"my;key"[..]));
    assert_eq!(name.id.as_deref(), Some(&[1, 255][..]));
    assert_eq!(name.module_path.as_deref(), Some("/usr/lib/m.so"));
    assert_eq!(name.pin_file.as_deref(), Some("/run/pin"));
}

/// A name is shown in messages, and they may be kept.
#[test]
fn the_pin_is_not_shown() {
    let name = DeviceKeyName::parse("pkcs11:token=t;object=k?pin-value=123456").expect("a name");
    assert_eq!(name.pin.as_deref(), Some("123456"));
    assert!(!format!("{name} {name:?}").contains("123456"));
}

#[test]
fn what_could_mean_another_key_is_refused() {
    let error = |text| DeviceKeyName::parse(text).expect_err("no name");
    assert_eq!(error("pkcs11:object=a;object=b"), DeviceKeyNameError::Twice("object".to_owned()));
    assert_eq!(error("pkcs11:object=a;objct=b"), DeviceKeyNameError::Unknown("objct".to_owned()));
    assert_eq!(
        error("pkcs11:object=a;module-path=/m"),
        DeviceKeyNameError::Unknown("module-path".to_owned())
    );
    assert_eq!(error("pkcs11:object=a?token=t"), DeviceKeyNameError::Unknown("token".to_owned()));
    assert_eq!(error("pkcs11:token=t"), DeviceKeyNameError::NoKey);
    assert_eq!(error("pkcs11:object=a%2"), DeviceKeyNameError::Value("object".to_owned()));
    assert_eq!(error("pkcs11:object=a;type=cert"), DeviceKeyNameError::Value("type".to_owned()));
    assert_eq!(error("pkcs11:object"), DeviceKeyNameError::Value("object".to_owned()));
    assert_eq!(
        error("pkcs11:object=a?module-name=../m"),
        DeviceKeyNameError::Value("module-name".to_owned())
    );
    assert_eq!(error("pkcs11:object=a?pin-source=|echo"), DeviceKeyNameError::Program);
    assert_eq!(error("pkcs12:object=a"), DeviceKeyNameError::Scheme);
    assert_eq!(error(&format!("pkcs11:object={}", "a".repeat(5_000))), DeviceKeyNameError::TooLong);
}

proptest! {
    #[test]
    fn nothing_breaks_the_reader(text in "pkcs11:[a-z=;?&%0-9-]{0,60}") {
        drop(DeviceKeyName::parse(&text));
    }
}
