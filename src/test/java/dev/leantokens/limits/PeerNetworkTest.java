package dev.leantokens.limits;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PeerNetworkTest {

    @ParameterizedTest
    @CsvSource({
            "192.0.2.7,                      address 192.0.2.7",
            "2001:db8:1:2:3:4:5:6,           network 2001:db8:1:2:0:0:0:0/64",
            "2001:db8:1:2:ffff:ffff:ffff:1,  network 2001:db8:1:2:0:0:0:0/64",
            "fe80::1%1,                      network fe80:0:0:0:0:0:0:0/64",
            "::ffff:192.0.2.7,               address 192.0.2.7",
            "0:0:0:0:0:0:0:1,                address 0:0:0:0:0:0:0:1",
            "no:address,                     address no:address",
    })
    void callerCannotChooseItsNetwork(String literal, String name) {
        assertThat(PeerNetwork.named(literal)).isEqualTo(name);
    }
}
