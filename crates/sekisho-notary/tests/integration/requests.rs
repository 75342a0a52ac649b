//! Signatures of requests, against the worked example of AWS's own documentation.

use jiff::Timestamp;
use sekisho_notary::{AwsCredentials, SignedRequest, sign_request};

#[test]
fn the_documented_example_comes_out() {
    let credentials = AwsCredentials {
        access_key: "AKIDEXAMPLE".to_owned(),
        secret_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned(),
        session_token: None,
    };
    let headers = [
        ("content-type", "application/x-www-form-urlencoded; charset=utf-8"),
        ("host", "iam.amazonaws.com"),
        ("x-amz-date", "20150830T123600Z"),
    ];
    let request = SignedRequest {
        method: "GET",
        path: "/",
        query: "Action=ListUsers&Version=2010-05-08",
        headers: &headers,
        body: b"",
        region: "us-east-1",
        service: "iam",
    };
    let now: Timestamp = "2015-08-30T12:36:00Z".parse().expect("a time");
    assert_eq!(
        sign_request(&request, &credentials, now),
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, \
         SignedHeaders=content-type;host;x-amz-date, \
         Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
    );
}
