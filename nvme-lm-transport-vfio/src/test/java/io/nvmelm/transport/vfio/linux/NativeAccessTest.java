package io.nvmelm.transport.vfio.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.nvmelm.FailureCategory;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.TransportException;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Where the system calls cannot be used, the refusal says what to do; seen from JVMs started without the flag.
class NativeAccessTest {
    private static final String MODULE = "io.nvmelm.transport.vfio";

    private static String start(List<String> options) throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output.strip();
    }

    private static String onClassPath(String... options) throws IOException, InterruptedException {
        var all = new ArrayList<>(List.of(options));
        all.addAll(List.of("-cp", System.getProperty("java.class.path"), NativeAccessProbe.class.getName()));
        return start(all);
    }

    private static String place(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    }

    /// The module as it is on the module path, the probe patched into it.
    private static String onModulePath(String... options) throws Exception {
        String main = place(NativeSystemCalls.class);
        assumeTrue(Files.exists(Path.of(main, "module-info.class")), "the module was compiled as one");
        String api = place(LiveMigrationException.class);
        String core = api.replace("nvme-lm-api", "nvme-lm-core");
        var all = new ArrayList<>(List.of(options));
        all.addAll(List.of("--module-path", String.join(":", main, api, core)));
        all.addAll(List.of("--patch-module", MODULE + "=" + place(NativeAccessProbe.class)));
        all.addAll(List.of("-m", MODULE + "/" + NativeAccessProbe.class.getName()));
        return start(all);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-Xshare:auto", "--illegal-native-access=deny", "--enable-native-access=some.other"})
    void onTheClassPathWithoutTheFlagTheRefusalNamesIt(String option) throws Exception {
        assertThat(onClassPath(option))
                .contains(
                        "FATAL: native access is not enabled for the class path. "
                                + "Start Java with --enable-native-access=ALL-UNNAMED")
                .doesNotContain("Exception");
    }

    @Test
    void onTheClassPathWithTheFlagItWorks() throws Exception {
        assertThat(onClassPath("--illegal-native-access=deny", "--enable-native-access=ALL-UNNAMED"))
                .isEqualTo(NativeAccessProbe.WORKS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-Xshare:auto", "--illegal-native-access=deny", "--enable-native-access=ALL-UNNAMED"})
    void onTheModulePathWithoutTheFlagTheRefusalNamesIt(String option) throws Exception {
        assertThat(onModulePath(option))
                .contains("FATAL: native access is not enabled for module " + MODULE
                        + ". Start Java with --enable-native-access=" + MODULE)
                .doesNotContain("Exception");
    }

    @Test
    void onTheModulePathWithTheFlagItWorks() throws Exception {
        assertThat(onModulePath("--illegal-native-access=deny", "--enable-native-access=" + MODULE))
                .isEqualTo(NativeAccessProbe.WORKS);
    }

    @Test
    void aNamedModuleIsNamedInTheFlag() {
        var module = ModuleLayer.boot().findModule("java.logging").orElseThrow();
        assertThatThrownBy(() -> NativeSystemCalls.requireNativeAccess(module))
                .isInstanceOfSatisfying(TransportException.class, refusal -> {
                    assertThat(refusal.category()).isEqualTo(FailureCategory.FATAL);
                    assertThat(refusal.remedy()).isEqualTo("Start Java with --enable-native-access=java.logging");
                });
    }

    @ParameterizedTest
    @CsvSource({"Windows 11, 8", "Mac OS X, 8", "Linux, 4", "'', 8"})
    void anotherSystemIsRefusedByName(String system, long addressBytes) {
        assertThatThrownBy(() -> NativeSystemCalls.requireLinux(system, addressBytes))
                .isInstanceOf(TransportException.class)
                .hasMessageContaining(system)
                .hasMessageContaining("64-bit Linux")
                .hasMessageContaining(8 * addressBytes + " bits");
    }

    @Test
    void sixtyFourBitLinuxIsNotRefused() {
        assertThatCode(() -> NativeSystemCalls.requireLinux("Linux", 8)).doesNotThrowAnyException();
    }
}
