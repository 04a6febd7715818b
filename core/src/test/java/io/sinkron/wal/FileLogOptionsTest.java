package io.sinkron.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileLogOptionsTest {
    @Test
    void theDefaultIsWhatTheDocumentationSays() {
        assertEquals(new FileLogOptions(64 << 20, 16 << 20, 1 << 20), FileLogOptions.DEFAULT);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 1024, 4096",
        "4095, 1024, 4096",
        "5000, 1024, 4096",
        "4096, 1023, 4096",
        "4096, 3073, 4096",
        "67108864, 16777217, 4096",
        "67108864, 1024, 4095",
        "67108864, 1024, 67108865",
        "-4096, 1024, 4096"
    })
    void aSizeOutsideItsRangeIsRefusedByName(int segmentBytes, int maxRecordBytes, int writeBufferBytes) {
        IllegalArgumentException refused = assertThrows(
                IllegalArgumentException.class,
                () -> new FileLogOptions(segmentBytes, maxRecordBytes, writeBufferBytes));
        assertTrue(refused.getMessage().contains("Bytes"), refused.getMessage());
    }

    @Test
    void smallSegmentsComeWithSizesThatFit() {
        assertEquals(new FileLogOptions(4096, 3072, 4096), FileLogOptions.ofSegmentBytes(4096));
        assertEquals(16 << 20, FileLogOptions.ofSegmentBytes(1 << 30).maxRecordBytes());
    }
}
