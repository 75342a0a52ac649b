//! Names of licences as expressions.

use sekisho_contents::License;
use sekisho_package::license;

#[test]
fn names_of_distributions_and_languages_become_expressions() {
    for (text, expected) in [
        ("MIT", "MIT"),
        ("MIT OR Apache-2.0", "MIT OR Apache-2.0"),
        ("Expat", "MIT"),
        ("GPL-2+", "GPL-2.0-or-later"),
        ("GPL-2", "GPL-2.0-only"),
        ("GPLv3+", "GPL-3.0-or-later"),
        ("LGPLv2.1+", "LGPL-2.1-or-later"),
        ("GFDL-1.3+", "GFDL-1.3-or-later"),
        ("GPL-1+ or Artistic", "GPL-1.0-or-later OR Artistic-1.0-Perl"),
        ("(GPLv2+ or MIT) and ASL 2.0", "(GPL-2.0-or-later OR MIT) AND Apache-2.0"),
        ("Expat, and GPL-3+", "MIT AND GPL-3.0-or-later"),
        ("Apache License, Version 2.0", "Apache-2.0"),
        ("The Apache Software License, Version 2.0", "Apache-2.0"),
        ("bsd-3-clause", "BSD-3-Clause"),
        ("GPL-2.0-or-later WITH Classpath-exception-2.0", "GPL-2.0-or-later WITH Classpath-exception-2.0"),
    ] {
        assert_eq!(license(text), License::Expression(expected.to_owned()), "{text}");
    }
}

#[test]
fn words_that_name_no_licence_stay_words() {
    for text in ["see COPYING", "BSD-style", "public-domain", "GPL", "(MIT", "MIT OR", ""] {
        assert_eq!(license(text), License::Words(text.to_owned()), "{text}");
    }
    assert!(license(&"(".repeat(100_000)).text().len() <= 200);
}
