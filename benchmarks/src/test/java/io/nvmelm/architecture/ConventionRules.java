package io.nvmelm.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaConstructorCall;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;

/// Conventions of the library that can be seen in a class by itself.
final class ConventionRules {
    static final ArchRule NAMES_SAY_SOMETHING = noClasses()
            .should()
            .haveNameMatching(".*(Util|Utils|Helper|Manager|Impl|Common)")
            .orShould()
            .resideInAnyPackage("..util..", "..utils..", "..helper..", "..manager..", "..impl..", "..common..")
            .as("names say what a class is, not that it helps")
            .allowEmptyShould(true);

    static final ArchRule NO_STATIC_STATE = fields()
            .that()
            .areStatic()
            .should()
            .beFinal()
            .as("static fields are final")
            .allowEmptyShould(true);

    static final ArchRule ERRORS_ARE_TYPED = noClasses()
            .should()
            .callConstructorWhere(makesAnExceptionOfTheJdk())
            .as("errors are of the family of LiveMigrationException")
            .allowEmptyShould(true);

    private ConventionRules() {}

    /// {@return all rules}
    static List<ArchRule> all() {
        return List.of(NAMES_SAY_SOMETHING, NO_STATIC_STATE, ERRORS_ARE_TYPED);
    }

    /// Exceptions call the constructor of their superclass, and the compiler makes a `MatchException` in each
    /// exhaustive switch.
    private static DescribedPredicate<JavaConstructorCall> makesAnExceptionOfTheJdk() {
        return describe("an unchecked exception of the JDK is made", call -> {
            var made = call.getTargetOwner();
            return made.isAssignableTo(RuntimeException.class)
                    && made.getPackageName().startsWith("java.")
                    && !made.isEquivalentTo(MatchException.class)
                    && !call.getOriginOwner().isAssignableTo(Throwable.class);
        });
    }
}
