package io.nvmelm.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.rules.RuleCoverage.Proof;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Every rule of the standard's live migration clauses has a test that says that it proves it. Writes the page
/// `target/rule-coverage.md`, also when one has not.
class RuleCoverageTest {
    private static final int RULES = 276;
    private static final int DEVICE_RULES = 257;
    private static final int HOST_RULES = 212;
    private static final LiveMigrationRule BOTH = LiveMigrationRule.parse("a.b\tBase 2.3 5.2.4\tboth\tno\tRule one.");
    private static final LiveMigrationRule DEVICE =
            LiveMigrationRule.parse("a.c\tBase 2.3 5.2.17\tdevice\tyes\tRule two.");
    private static final LiveMigrationRule HOST = LiveMigrationRule.parse(
            "a.d\tBase 2.3 fig. 9\thost\tno\tRule three.");

    @Test
    void everyRuleIsProvenWhereItHasToBe() throws Exception {
        var classes = TestClasses.scan();
        var rules = rules();
        var coverage = new RuleCoverage(rules, classes.proofs());
        Files.createDirectories(classes.target());
        Files.writeString(classes.target().resolve("rule-coverage.md"), coverage.page());
        assertThat(coverage.problems()).as("rules and their tests").isEmpty();
        assertThat(classes.misplaced()).as("annotations at what is no test").isEmpty();
        assertThat(rules.size()).as("rules, of which none may get lost").isEqualTo(RULES);
        assertThat(rules.stream().filter(LiveMigrationRule::onDevice).count()).as("device").isEqualTo(DEVICE_RULES);
        assertThat(rules.stream().filter(LiveMigrationRule::onHost).count()).as("host").isEqualTo(HOST_RULES);
    }

    @Test
    void aProofWhereNothingIsToBeProvenIsAProblem() {
        var coverage = new RuleCoverage(
                List.of(DEVICE, HOST),
                List.of(new Proof("a.c", true, "T.m"), new Proof("a.c", false, "T.n"), new Proof("a.d", true, "T.o")));
        assertThat(coverage.problems())
                .containsExactly(
                        "a.d has no test on the host",
                        "T.n proves a.c on the host, where nothing is to be proven",
                        "T.o proves a.d on the device, where nothing is to be proven");
    }

    @Test
    void aRuleWithoutATestIsAProblem() {
        var coverage = new RuleCoverage(List.of(BOTH, DEVICE, HOST), List.of(new Proof("a.b", true, "T.m")));
        assertThat(coverage.problems())
                .containsExactly(
                        "a.b has no test on the host", "a.c has no test on the device", "a.d has no test on the host");
        assertThat(coverage.page())
                .contains("| Base 2.3 5.2.4 | `a.b`: Rule one. | T.m | **none** |")
                .contains("| Base 2.3 5.2.17 | `a.c`: Rule two. *Reading* | **none** | — |")
                .contains("| Base 2.3 fig. 9 | `a.d`: Rule three. | — | **none** |");
    }

    @Test
    void aRuleThatIsUnknownOrListedTwiceIsAProblem() {
        var coverage = new RuleCoverage(
                List.of(DEVICE, DEVICE), List.of(new Proof("a.c", true, "T.m"), new Proof("a.x", false, "T.n")));
        assertThat(coverage.problems())
                .containsExactly("a.c is twice in the list", "T.n proves a.x, which is not in the list");
    }

    @Test
    void thePageIsSortedByTheNumbersOfItsClauses() {
        var page = new RuleCoverage(List.of(HOST, DEVICE, BOTH), List.of()).page();
        assertThat(page.indexOf("a.b")).isLessThan(page.indexOf("a.c"));
        assertThat(page.indexOf("a.c")).isLessThan(page.indexOf("a.d"));
    }

    private static List<LiveMigrationRule> rules() throws Exception {
        try (var list = new BufferedReader(new InputStreamReader(
                RuleCoverageTest.class.getResourceAsStream("live-migration-rules.tsv"), StandardCharsets.UTF_8))) {
            return list.lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(LiveMigrationRule::parse)
                    .toList();
        }
    }
}
