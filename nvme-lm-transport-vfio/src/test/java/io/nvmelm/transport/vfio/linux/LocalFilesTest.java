package io.nvmelm.transport.vfio.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Small files, folders and links of this machine.
class LocalFilesTest {
    @TempDir private Path folder;

    private final HostFiles files = new LocalFiles();

    @BeforeEach
    void make() throws IOException {
        Files.writeString(folder.resolve("numvfs"), "4\n");
        Files.createDirectories(folder.resolve("vfio-dev/vfio7"));
        Files.createDirectories(folder.resolve("vfio-dev/vfio12"));
        Files.createSymbolicLink(folder.resolve("driver"), Path.of("../../bus/pci/drivers/vfio-pci"));
    }

    private String at(String name) {
        return folder + "/" + name;
    }

    @Test
    void filesFoldersAndLinksExistEvenWhereALinkLeadsNowhere() {
        assertThat(files.exists(at("numvfs"))).isTrue();
        assertThat(files.exists(at("vfio-dev"))).isTrue();
        assertThat(files.exists(at("driver"))).isTrue();
        assertThat(files.exists(at("absent"))).isFalse();
    }

    @Test
    void aLinkIsReadAsItIsWritten() {
        assertThat(files.linkTarget(at("driver"))).hasValue("../../bus/pci/drivers/vfio-pci");
        assertThat(files.linkedName(at("driver"))).hasValue("vfio-pci");
        assertThat(files.linkTarget(at("numvfs"))).isEmpty();
        assertThat(files.linkedName(at("absent"))).isEmpty();
    }

    @Test
    void namesAreSortedAndThereAreNoneWhereThereIsNoFolder() {
        assertThat(files.names(at("vfio-dev"))).containsExactly("vfio12", "vfio7");
        assertThat(files.names(at("numvfs"))).isEmpty();
        assertThat(files.names(at("absent"))).isEmpty();
    }

    @Test
    void textComesWithoutTheLineBreak() throws IOException {
        assertThat(files.text(at("numvfs"))).hasValue("4");
        assertThat(files.text(at("vfio-dev"))).isEmpty();
        assertThat(files.text(at("absent"))).isEmpty();
        Files.write(folder.resolve("binary"), new byte[] {(byte) 0xFF, (byte) 0xFE, (byte) 0x80});
        assertThat(files.text(at("binary"))).isEmpty();
    }

    @Test
    void theFilesOfTheKernelCanBeRead() {
        assertThat(files.text("/proc/self/status").orElseThrow()).contains("CapEff:");
        assertThat(files.names("/proc/self/fd")).isNotEmpty();
    }
}
