package dev.leantokens.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

import org.junit.jupiter.api.Test;

class SealTest {

    private static final StoreKey KEY = key(1);
    private static final StoreKey OTHER = key(2);
    private static final byte[] CONTENT = "content".getBytes(StandardCharsets.UTF_8);

    private static StoreKey key(int first) {
        byte[] bytes = new byte[StoreKey.BYTES];
        bytes[0] = (byte) first;
        return StoreKey.parse(Base64.getEncoder().encodeToString(bytes));
    }

    @Test
    void opensUnderItsNameWithAnyConfiguredKey() {
        byte[] sealed = Seal.seal(KEY, "name", CONTENT);

        assertThat(Seal.open(List.of(OTHER, KEY), "name", sealed).content()).isEqualTo(CONTENT);
        assertThat(Seal.open(List.of(OTHER), "name", sealed).flaw()).contains(Seal.Flaw.KEY);
        assertThat(Seal.open(List.of(KEY), "other", sealed).flaw()).contains(Seal.Flaw.TAMPERED);
        assertThat(Seal.seal(KEY, "name", CONTENT)).isNotEqualTo(sealed);
    }

    @Test
    void anyChangedBitIsAFlaw() {
        byte[] sealed = Seal.seal(KEY, "name", CONTENT);
        for (int bit = 0; bit < sealed.length * Byte.SIZE; bit++) {
            byte[] changed = sealed.clone();
            changed[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
            assertThat(Seal.open(List.of(KEY), "name", changed).content()).as("bit %d", bit).isNull();
        }
        for (int length = 0; length < sealed.length; length++) {
            assertThat(Seal.open(List.of(KEY), "name", Arrays.copyOf(sealed, length)).content()).isNull();
        }
    }

    @Test
    void keyIs32BytesInBase64AndIsNotQuoted() {
        assertThat(StoreKey.parse(" " + "_".repeat(43) + "\n").id()).isEqualTo(StoreKey.parse("/".repeat(43) + "=").id());
        assertThat(KEY).hasToString("StoreKey[masked]");
        for (String wrong : new String[] { "", "secret", "A".repeat(42), "A".repeat(44), "!".repeat(43) }) {
            assertThatIllegalArgumentException().isThrownBy(() -> StoreKey.parse(wrong)).withNoCause()
                    .withMessageContaining("generate-store-key");
        }
    }

    @Test
    void generatedKeyIsUsableAndNew() {
        NewStoreKey one = NewStoreKey.generate();

        assertThat(StoreKey.parse(one.text()).id()).isNotEqualTo(StoreKey.parse(NewStoreKey.generate().text()).id());
    }
}
