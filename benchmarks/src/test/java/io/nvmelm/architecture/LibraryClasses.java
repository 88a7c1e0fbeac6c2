package io.nvmelm.architecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;

/// The classes of the library modules, from the class path of the tests.
final class LibraryClasses {
    private LibraryClasses() {}

    /// {@return all classes of the library: neither benchmarks nor these tests}
    static JavaClasses load() {
        return new ClassFileImporter()
                .withImportOption(location -> !location.contains("/io/nvmelm/benchmarks/")
                        && !location.contains("/io/nvmelm/architecture/"))
                .importPackages(Room.LIBRARY);
    }
}
