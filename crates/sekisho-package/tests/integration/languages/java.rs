//! Maven, Gradle, sbt, Ivy, Bazel.

use super::{check, check_all};

#[test]
fn projects_of_maven_with_parents_properties_and_managed_versions() {
    check_all(
        "maven",
        &[
            (
                "pom.xml",
                r#"<?xml version="1.0" encoding="UTF-8"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>com.acme</groupId>
  <artifactId>parent</artifactId>
  <version>${revision}</version>
  <packaging>pom</packaging>
  <properties>
    <revision>1.2.3</revision>
    <jackson.version>2.15.${jackson.patch}</jackson.version>
    <jackson.patch>2</jackson.patch>
    <guava>31.0-jre</guava>
  </properties>
  <dependencyManagement>
    <dependencies>
      <dependency>
        <groupId>com.fasterxml.jackson.core</groupId>
        <artifactId>jackson-databind</artifactId>
        <version>${jackson.version}</version>
      </dependency>
      <dependency>
        <groupId>junit</groupId><artifactId>junit</artifactId><version>4.13.2</version><scope>test</scope>
      </dependency>
      <dependency>
        <groupId>com.acme</groupId><artifactId>bom</artifactId><version>1.0</version>
        <type>pom</type><scope>import</scope>
      </dependency>
    </dependencies>
  </dependencyManagement>
  <dependencies>
    <dependency>
      <groupId>com.google.guava</groupId>
      <artifactId>guava</artifactId>
      <version>${guava}</version>
    </dependency>
  </dependencies>
</project>
"#,
            ),
            (
                "module/pom.xml",
                r"<project>
  <parent>
    <groupId>com.acme</groupId>
    <artifactId>parent</artifactId>
    <version>${revision}</version>
  </parent>
  <artifactId>module</artifactId>
  <properties><guava>32.0-jre</guava></properties>
  <dependencies>
    <dependency>
      <groupId>com.fasterxml.jackson.core</groupId>
      <artifactId>jackson-databind</artifactId>
    </dependency>
    <dependency><groupId>junit</groupId><artifactId>junit</artifactId></dependency>
    <dependency>
      <groupId>org.slf4j</groupId><artifactId>slf4j-api</artifactId>
      <optional>true</optional>
    </dependency>
    <dependency>
      <groupId>${project.groupId}</groupId><artifactId>sibling</artifactId><version>${project.version}</version>
      <classifier>tests</classifier>
    </dependency>
    <dependency><groupId>g</groupId><artifactId>ranged</artifactId><version>[1.0,2.0)</version></dependency>
    <dependency><groupId>g</groupId><artifactId>exact</artifactId><version>[1.5]</version></dependency>
    <dependency><groupId>g</groupId><artifactId>unknown</artifactId><version>${not.there}</version></dependency>
  </dependencies>
</project>
",
            ),
            (
                "bom/pom.xml",
                r"<project>
  <groupId>com.acme</groupId><artifactId>bom</artifactId><version>1.0</version>
  <dependencyManagement><dependencies>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-api</artifactId><version>2.0.7</version></dependency>
  </dependencies></dependencyManagement>
</project>
",
            ),
        ],
        &[
            "maven/com.acme/sibling@1.2.3?classifier=tests :19 direct",
            "maven/com.fasterxml.jackson.core/jackson-databind@2.15.2 :10 direct",
            "maven/com.google.guava/guava@31.0-jre :31 direct",
            "maven/com.google.guava/guava@32.0-jre :31 direct",
            "maven/g/exact@1.5 :24 direct",
            "maven/g/ranged :23 direct",
            "maven/g/unknown :25 direct",
            "maven/junit/junit@4.13.2 :14 direct dev",
            "maven/org.slf4j/slf4j-api@2.0.7 :15 direct optional",
        ],
    );
}

#[test]
fn projects_of_maven_that_go_round_in_circles() {
    let own_parent = "<project><parent><groupId>g</groupId><artifactId>a</artifactId><version>1</version>\
        <relativePath>pom.xml</relativePath></parent><groupId>g</groupId><artifactId>a</artifactId>\
        <properties><x>${y}</x><y>${x}</y><grow>${grow}${grow}a</grow></properties>\
        <dependencies><dependency><groupId>g</groupId><artifactId>b</artifactId><version>${x}</version></dependency>\
        <dependency><groupId>g</groupId><artifactId>c</artifactId><version>${grow}</version></dependency>\
        </dependencies></project>";
    let own_import = "<project><groupId>g</groupId><artifactId>i</artifactId><version>1</version>\
        <dependencyManagement><dependencies><dependency><groupId>g</groupId><artifactId>i</artifactId>\
        <version>1</version><type>pom</type><scope>import</scope></dependency></dependencies>\
        </dependencyManagement><dependencies><dependency><groupId>g</groupId><artifactId>d</artifactId>\
        </dependency></dependencies></project>";
    let outside = "<project><parent><groupId>g</groupId><artifactId>z</artifactId><version>1</version>\
        <relativePath>../../../etc/pom.xml</relativePath></parent><artifactId>o</artifactId></project>";
    check_all(
        "maven circles",
        &[("a/pom.xml", own_parent), ("i/pom.xml", own_import), ("o/pom.xml", outside)],
        &["maven/g/b :1 direct", "maven/g/c :1 direct", "maven/g/d :1 direct"],
    );
}

#[test]
fn lock_files_of_gradle() {
    check_all(
        "gradle lock",
        &[
            (
                "gradle.lockfile",
                "# This is a Gradle generated file for dependency locking.
# Manual edits can break the build and are not advised.
com.google.guava:guava:31.1-jre=compileClasspath,runtimeClasspath,testRuntimeClasspath
junit:junit:4.13.2=testCompileClasspath,testRuntimeClasspath
org.projectlombok:lombok:1.18.28=annotationProcessor,testAnnotationProcessor
empty=apiElements
broken line
",
            ),
            ("buildscript-gradle.lockfile", "com.acme:plugin:1.0=classpath\nempty=\n"),
            ("gradle/dependency-locks/runtimeClasspath.lockfile", "# c\norg.slf4j:slf4j-api:1.7.36\n"),
            ("gradle/dependency-locks/testCompileClasspath.lockfile", "org.mockito:mockito-core:5.0.0\n"),
            ("other.lockfile", "a:b:1\n"),
        ],
        &[
            "maven/com.acme/plugin@1.0 :1 dev",
            "maven/com.google.guava/guava@31.1-jre :3",
            "maven/junit/junit@4.13.2 :4 dev",
            "maven/org.mockito/mockito-core@5.0.0 :1 dev",
            "maven/org.projectlombok/lombok@1.18.28 :5 dev",
            "maven/org.slf4j/slf4j-api@1.7.36 :2",
            "unread gradle.lockfile: gradle-lock: could not be read whole as lock file of Gradle: line 7: no `group:artifact:version`",
        ],
    );
}

#[test]
fn catalogues_of_gradle() {
    check_all(
        "gradle catalogue",
        &[
            (
                "gradle/libs.versions.toml",
                r#"[versions]
kotlin = "1.9.0"
guava = { strictly = "31.1-jre" }

[libraries]
guava = { module = "com.google.guava:guava", version.ref = "guava" }
short = "org.slf4j:slf4j-api:2.0.7"
split = { group = "com.squareup.okhttp3", name = "okhttp", version = "4.11.0" }
bom-managed = { module = "org.springframework:spring-core" }
ranged = { module = "g:a", version = "1.+" }

[bundles]
all = ["guava", "short"]

[plugins]
kotlin = { id = "org.jetbrains.kotlin.jvm", version.ref = "kotlin" }
"#,
            ),
            (
                "gradle/verification-metadata.xml",
                r#"<?xml version="1.0" encoding="UTF-8"?>
<verification-metadata xmlns="https://schema.gradle.org/dependency-verification">
   <configuration><verify-metadata>true</verify-metadata></configuration>
   <components>
      <component group="com.beust" name="jcommander" version="1.82">
         <artifact name="jcommander-1.82.jar">
            <sha256 value="e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" origin="Generated"/>
         </artifact>
         <artifact name="jcommander-1.82.module"><sha256 value="00"/></artifact>
      </component>
   </components>
</verification-metadata>
"#,
            ),
        ],
        &[
            "maven/com.beust/jcommander@1.82 :5 sha256:e3b0c442",
            "maven/com.google.guava/guava@31.1-jre :6 direct",
            "maven/com.squareup.okhttp3/okhttp@4.11.0 :8 direct",
            "maven/g/a :10 direct",
            "maven/org.jetbrains.kotlin.jvm/org.jetbrains.kotlin.jvm.gradle.plugin@1.9.0 :16 direct dev",
            "maven/org.slf4j/slf4j-api@2.0.7 :7 direct",
            "maven/org.springframework/spring-core :9 direct",
        ],
    );
}

#[test]
fn lock_files_of_sbt_ivy_and_bazel() {
    check_all(
        "sbt, ivy, bazel",
        &[
            (
                "build.sbt.lock",
                r#"{
  "lockVersion": 1,
  "configurations": ["compile", "test"],
  "dependencies": [
    { "org": "org.typelevel", "name": "cats-core_2.13", "version": "2.9.0", "artifacts": [], "configurations": ["compile", "test"] },
    { "org": "org.scalatest", "name": "scalatest_2.13", "version": "3.2.15", "artifacts": [], "configurations": ["test"] }
  ]
}"#,
            ),
            (
                "ivy.xml",
                r#"<ivy-module version="2.0">
  <info organisation="com.acme" module="app"/>
  <dependencies>
    <dependency org="commons-lang" name="commons-lang" rev="2.6"/>
    <dependency name="own-lib" rev="1.0"/>
    <dependency org="junit" name="junit" rev="4.13" conf="test->default"/>
    <dependency org="a" name="latest" rev="latest.integration"/>
  </dependencies>
</ivy-module>
"#,
            ),
            (
                "maven_install.json",
                r#"{
  "__AUTOGENERATED_FILE_DO_NOT_MODIFY_THIS_FILE_MANUALLY": "THERE_IS_NO_DATA_ONLY_ZUUL",
  "artifacts": {
    "com.google.code.findbugs:jsr305": { "shasums": { "jar": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" }, "version": "3.0.2" },
    "com.google.guava:failureaccess": { "shasums": { "jar": null }, "version": "1.0.1" }
  },
  "dependencies": { "com.google.guava:failureaccess": ["com.google.code.findbugs:jsr305"] },
  "version": "2"
}"#,
            ),
            (
                "old_install.json",
                r#"{"dependency_tree": {"dependencies": [{"coord": "log4j:log4j:1.2.17"}, {"coord": "log4j:log4j:jar:sources:1.2.17"}], "version": "0.1.0"}}"#,
            ),
        ],
        &[
            "maven/a/latest :7",
            "maven/com.acme/own-lib@1.0 :5",
            "maven/commons-lang/commons-lang@2.6 :4",
            "maven/junit/junit@4.13 :6 dev",
            "maven/org.scalatest/scalatest_2.13@3.2.15 :6 dev",
            "maven/org.typelevel/cats-core_2.13@2.9.0 :5",
        ],
    );
}

#[test]
fn a_project_that_is_none() {
    check(
        "no project",
        "pom.xml",
        "<html><body/></html>",
        &["unread pom.xml: maven-pom: is no project of Maven: it has no element `project`"],
    );
    check(
        "cut project",
        "pom.xml",
        "<project><dependencies><dependency><groupId>g</groupId><artifactId>a</artifactId><version>1</version></dependency><dependency><groupId",
        &[
            "maven/g/a@1 :1 direct",
            "unread pom.xml: maven-pom: could not be read whole as project of Maven: line 1: syntax error: tag not closed: `>` not found before end of input",
        ],
    );
}
