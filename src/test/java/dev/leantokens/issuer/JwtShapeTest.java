package dev.leantokens.issuer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JwtShapeTest {

    @ParameterizedTest
    @ValueSource(strings = { "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.", "ey..",
            "eyJhbGciOiJkaXIifQ..aXY.Y2lwaGVy.dGFn", "eyAiYWxnIjoi.a_-.b", "ewoiYWxnIjoi.a.b", "ewkiYWxnIjoi.a.b" })
    void compactTokenIsAJwt(String text) {
        assertThat(JwtShape.matches(text)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "ey", "e", "eyJ.a", "eyJ.a.b.c", "eyJ.a.b.c.d.e", "ayJ.a.b", "eyJ.a.b=", "eyJ.a b.c",
            " eyJ.a.b",
            "eyJ.a.b\n", "eyJ.a+.b", "eyJ.a/.b", "EYJ.a.b", "eyJ.é.b", "Q-ikSOgXFx3z6fjg6wptV__54JMy9cw2utY25i_W" })
    void otherTextIsNot(String text) {
        assertThat(JwtShape.matches(text)).isFalse();
    }
}
