//! Bundler and gems.

use super::{check, check_all};

#[test]
fn lock_files_of_bundler() {
    check(
        "bundler",
        "Gemfile.lock",
        "GIT
  remote: https://github.com/acme/forked.git
  revision: 0123456789abcdef
  branch: main
  specs:
    forked (1.0.0)
      rack (>= 2)

PATH
  remote: .
  specs:
    own (0.1.0)
      rails (~> 7.0)

GEM
  remote: https://rubygems.org/
  specs:
    nokogiri (1.15.3)
      racc (~> 1.4)
    nokogiri (1.15.3-x86_64-linux)
      racc (~> 1.4)
    racc (1.7.1)
    rack (2.2.7)
    rails (7.0.6)
      nokogiri (>= 1.8)
      rack

GEM
  remote: https://gems.example.com/
  specs:
    private (3.0.0.beta1)

PLATFORMS
  ruby
  x86_64-linux

DEPENDENCIES
  forked!
  own!
  private (= 3.0.0.beta1)!
  rails

CHECKSUMS
  racc (1.7.1) sha256=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855

RUBY VERSION
   ruby 3.2.2p53

BUNDLED WITH
   2.4.10
",
        &[
            "gem/forked@1.0.0?vcs_url=git%2Bhttps:%2F%2Fgithub.com%2Facme%2Fforked.git%400123456789abcdef :6 direct > gem/rack@2.2.7",
            "gem/nokogiri@1.15.3 :18 indirect > gem/racc@1.7.1",
            "gem/nokogiri@1.15.3?platform=x86_64-linux :20 indirect > gem/racc@1.7.1",
            "gem/private@3.0.0.beta1?repository_url=https:%2F%2Fgems.example.com :31 direct",
            "gem/racc@1.7.1 :22 indirect sha256:e3b0c442",
            "gem/rack@2.2.7 :23 indirect",
            "gem/rails@7.0.6 :24 direct > gem/nokogiri@1.15.3, gem/nokogiri@1.15.3?platform=x86_64-linux, gem/rack@2.2.7",
        ],
    );
}

#[test]
fn gems_that_are_installed() {
    check_all(
        "gemspec",
        &[
            (
                "usr/lib/ruby/gems/3.2.0/specifications/nokogiri-1.15.3-x86_64-linux.gemspec",
                r#"# -*- encoding: utf-8 -*-
# stub: nokogiri 1.15.3 x86_64-linux lib

Gem::Specification.new do |s|
  s.name = "nokogiri".freeze
  s.version = "1.15.3"
  s.platform = "x86_64-linux".freeze

  s.required_rubygems_version = Gem::Requirement.new(">= 0".freeze) if s.respond_to? :required_rubygems_version=
  s.authors = ["Mike Dalessio".freeze]
  s.licenses = ["MIT".freeze, "Apache-2.0".freeze]
  s.add_runtime_dependency(%q<racc>.freeze, ["~> 1.4"])
  s.add_development_dependency(%q<minitest>.freeze, ["~> 5"])
end
"#,
            ),
            (
                "usr/lib/ruby/gems/3.2.0/specifications/default/racc-1.6.2.gemspec",
                "Gem::Specification.new do |s|\n  s.name = \"racc\".freeze\n  s.version = \"1.6.2\"\nend\n",
            ),
            (
                "project/own.gemspec",
                "Gem::Specification.new do |s|\n  s.name = 'own'\n  s.version = '1.0'\nend\n",
            ),
        ],
        &[
            "gem/nokogiri@1.15.3?platform=x86_64-linux :5 (MIT) (Apache-2.0) > gem/racc@1.6.2",
            "gem/racc@1.6.2 :2",
        ],
    );
}
