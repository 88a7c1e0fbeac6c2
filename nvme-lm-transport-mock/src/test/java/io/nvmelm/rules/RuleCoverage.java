package io.nvmelm.rules;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// Which test proves which rule: what is missing, and the page that shows it.
///
/// @param rules  all rules, in the order of their list
/// @param proofs what tests say that they prove
record RuleCoverage(List<LiveMigrationRule> rules, Collection<Proof> proofs) {

    /// One test that proves one rule.
    ///
    /// @param rule     identifier of the rule
    /// @param onDevice whether it proves it on the device, else on the host side
    /// @param test     name of the test
    record Proof(String rule, boolean onDevice, String test) {}

    /// {@return everything that is wrong, a sentence each}
    List<String> problems() {
        var problems = new ArrayList<String>();
        var known = new TreeMap<String, LiveMigrationRule>();
        for (var rule : rules) {
            if (known.put(rule.identifier(), rule) != null) {
                problems.add(rule.identifier() + " is twice in the list");
            }
            if (rule.onDevice() && tests(rule, true).isEmpty()) {
                problems.add(rule.identifier() + " has no test on the device");
            }
            if (rule.onHost() && tests(rule, false).isEmpty()) {
                problems.add(rule.identifier() + " has no test on the host");
            }
        }
        for (var proof : proofs) {
            var rule = known.get(proof.rule());
            if (rule == null) {
                problems.add(proof.test() + " proves " + proof.rule() + ", which is not in the list");
            } else if (proof.onDevice() ? !rule.onDevice() : !rule.onHost()) {
                problems.add(proof.test() + " proves " + proof.rule() + " on the "
                        + (proof.onDevice() ? "device" : "host") + ", where nothing is to be proven");
            }
        }
        return problems;
    }

    /// {@return a Markdown table of all rules by clause}
    String page() {
        var page = new StringBuilder("# Rules of live migration and the tests that prove them\n\n");
        page.append(rules.size())
                .append(" rules. *Reading*: the standard is silent there or can be read in more than one way. ")
                .append("A dash: nothing to be proven on that side.\n\n")
                .append("| Clause | Rule | Test on the device | Test on the host |\n")
                .append("| --- | --- | --- | --- |\n");
        rules.stream()
                .sorted()
                .forEach(rule -> page.append("| ")
                        .append(escaped(rule.clause()))
                        .append(" | `")
                        .append(rule.identifier())
                        .append("`: ")
                        .append(escaped(rule.text()))
                        .append(rule.reading() ? " *Reading*" : "")
                        .append(" | ")
                        .append(cell(rule.onDevice(), tests(rule, true)))
                        .append(" | ")
                        .append(cell(rule.onHost(), tests(rule, false)))
                        .append(" |\n"));
        return page.toString();
    }

    private Set<String> tests(LiveMigrationRule rule, boolean onDevice) {
        var tests = new TreeSet<String>();
        for (var proof : proofs) {
            if (proof.onDevice() == onDevice && proof.rule().equals(rule.identifier())) {
                tests.add(proof.test());
            }
        }
        return tests;
    }

    private static String cell(boolean required, Set<String> tests) {
        if (tests.isEmpty()) {
            return required ? "**none**" : "—";
        }
        return String.join("<br>", tests);
    }

    private static String escaped(String text) {
        return text.replace("|", "\\|");
    }
}
