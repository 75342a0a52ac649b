//! Texts drawn from templates, so that no credential stands in the repository. The same each time.

/// A sequence of numbers that looks random.
pub(crate) struct Draw(u64);

impl Draw {
    pub(crate) fn new(seed: &str) -> Self {
        let mut state = 0xcbf2_9ce4_8422_2325;
        for byte in seed.bytes() {
            state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        Self(state)
    }

    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    fn characters(&mut self, count: usize, kind: &str) -> String {
        const DIGITS: &str = "0123456789";
        const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
        const LOWER: &str = "abcdefghijklmnopqrstuvwxyz";
        let alphabet: String = match kind {
            "alnum" => [DIGITS, UPPER, LOWER].concat(),
            "letter" => [UPPER, LOWER].concat(),
            "word" => [DIGITS, UPPER, LOWER, "_-"].concat(),
            "upper" => [DIGITS, UPPER].concat(),
            "lower" => [DIGITS, LOWER].concat(),
            "base32" => [UPPER, "234567"].concat(),
            "bech32" => "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L".to_owned(),
            "hex" => "0123456789abcdef".to_owned(),
            "hex8" => "0123456789abcdefgh".to_owned(),
            "digit" => DIGITS.to_owned(),
            other => panic!("no kind `{other}`"),
        };
        let alphabet: Vec<char> = alphabet.chars().collect();
        let mut drawn: String = (0..count).map(|_| alphabet[self.below(alphabet.len())]).collect();
        // Ends that are letters or digits, as those of most issuers, so that what follows is told from it.
        for (at, with) in [(0, "a7"), (count - 1, "b3")] {
            if drawn[at..=at].contains(['-', '_']) {
                drawn.replace_range(at..=at, &with[..1]);
            }
        }
        drawn
    }

    /// Fills in a template.
    pub(crate) fn fill(&mut self, template: &str) -> String {
        let mut out = String::new();
        let mut rest = template;
        while let Some((before, behind)) = rest.split_once('<') {
            out.push_str(before);
            let (what, behind) = behind.split_once('>').unwrap();
            if what == "uuid" {
                let parts = [8, 4, 4, 4, 12].map(|count| self.characters(count, "hex"));
                out.push_str(&parts.join("-"));
            } else {
                let (count, kind) = what.split_once(' ').unwrap();
                out.push_str(&self.characters(count.parse().unwrap(), kind));
            }
            rest = behind;
        }
        out + rest
    }
}
