using System.Text;
using Commerce.Carts;
using Commerce.Checkouts;
using Commerce.Contacts;
using Commerce.Problems;
using Commerce.Requests;
using Xunit;

namespace Commerce.Tests.Unit.Api;

public sealed class BodyTests
{
    public static TheoryData<string, string> Unreadable => new()
    {
        { """{"sku":"A","quantity":1""", "malformed-json" },
        { "", "malformed-json" },
        { """{"sku":"A","quantity":1}{}""", "malformed-json" },
        { """{"sku":"A","quantity":1,}""", "malformed-json" },
        { """{"sku":"A",/* one */"quantity":1}""", "malformed-json" },
        { """{"sku":"A","sku":"B","quantity":1}""", "malformed-json" },
        { """{"sku":"A","quantity":NaN}""", "malformed-json" },
        { """{"sku":"A","quantity":01}""", "malformed-json" },
        { new string('[', 65) + new string(']', 65), "malformed-json" },
        { new string('[', 100_000), "malformed-json" },
        { """{"sku":"A","quantity":""" + new string('9', 100_000) + "}", "malformed-json" },
        { """{"sku":"A","quantity":1,"\ud800":1}""", "malformed-json" },
        { "null", "invalid-value" },
        { "[]", "invalid-value" },
        { "\"text\"", "invalid-value" },
        { "1", "invalid-value" },
    };

    [Theory]
    [MemberData(nameof(Unreadable))]
    public void A_body_that_is_no_object_is_refused(string body, string code) => Assert.Equal(code, Refused(body, CartBodies.Line).Code);

    [Theory]
    [InlineData("""{"sku":"A","quantity":1,"unitPrice":1}""", "/unitPrice")]
    [InlineData("""{"sku":"A","quantity":1,"total":{"amount":1}}""", "/total")]
    [InlineData("""{"sku":"A","quantity":1,"status":"paid"}""", "/status")]
    [InlineData("""{"sku":"A","quantity":1,"customerId":"x"}""", "/customerId")]
    [InlineData("""{"sku":"A","quantity":1,"__proto__":{"admin":true}}""", "/__proto__")]
    [InlineData("""{"$type":"System.Diagnostics.Process","sku":"A","quantity":1}""", "/$type")]
    [InlineData("""{"sku":"A","quantity":1,"a/b~c":1}""", "/a~1b~0c")]
    [InlineData("""{"Sku":"A","sku":"A","quantity":1}""", "/Sku")]
    public void A_field_that_is_not_asked_for_is_refused_by_its_pointer(string body, string pointer)
    {
        var refused = Refused(body, CartBodies.Line);

        Assert.Equal("unknown-field", refused.Code);
        Assert.Equal(pointer, Assert.Single(refused.Errors).Pointer);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("2147483648")]
    [InlineData("1e400")]
    [InlineData("1.5")]
    [InlineData("1.0")]
    [InlineData("\"2\"")]
    [InlineData("true")]
    [InlineData("1000000")]
    [InlineData("10000")]
    [InlineData("-0")]
    [InlineData("[]")]
    [InlineData("{}")]
    public void A_quantity_is_a_whole_number_and_nothing_else(string quantity) =>
        Assert.Equal("invalid-quantity", Refused($$"""{"sku":"A","quantity":{{quantity}}}""", CartBodies.Line).Code);

    [Theory]
    [InlineData("XXZ")]
    [InlineData("eur")]
    [InlineData("EU€")]
    [InlineData("")]
    public void A_currency_is_an_ISO_code(string currency) =>
        Assert.Equal("unknown-currency", Refused($$"""{"channel":"eu","currency":"{{currency}}"}""", CartBodies.NewCart).Code);

    [Theory]
    [InlineData("", "required")]
    [InlineData(@"A\u0000", "invalid-value")]
    [InlineData(@"A\r\nX: y", "invalid-value")]
    [InlineData(@"\ud800", "invalid-value")]
    public void A_SKU_that_is_no_text_is_refused(string sku, string code) =>
        Assert.Equal(code, Refused($$"""{"sku":"{{sku}}","quantity":1}""", CartBodies.Line).Code);

    [Fact]
    public void A_SKU_of_ten_kilobytes_is_too_long() =>
        Assert.Equal("too-long", Refused($$"""{"sku":"{{new string('A', 10_240)}}","quantity":1}""", CartBodies.Line).Code);

    [Theory]
    [InlineData("\u202Eevil\u200B")]
    [InlineData("🛒")]
    [InlineData("'; drop table carts; --")]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("${7*7}{{7*7}}")]
    public void A_strange_SKU_is_a_SKU_that_the_shop_may_not_know(string sku) =>
        Assert.Equal(sku, Read($$"""{"sku":"{{sku}}","quantity":1}""", CartBodies.Line).Sku);

    [Fact]
    public void All_that_is_wrong_is_told_at_once()
    {
        var refused = Refused("""{"channel":7,"currency":"eur","lines":[{"sku":"A","quantity":0},{"quantity":1,"x":1}],"y":1}""", CartBodies.NewCart);

        Assert.Equal(
            ["/channel invalid-value", "/currency unknown-currency", "/lines/0/quantity invalid-quantity", "/lines/1/sku required", "/lines/1/x unknown-field", "/y unknown-field"],
            refused.Errors.Select(error => $"{error.Pointer} {error.Code}"));
    }

    [Fact]
    public void A_hundred_lines_are_taken_and_one_more_is_not()
    {
        static string Cart(int lines) => $$"""{"channel":"eu","lines":[{{string.Join(',', Enumerable.Repeat("""{"sku":"A","quantity":1}""", lines))}}]}""";

        Assert.Equal(100, Read(Cart(100), CartBodies.NewCart).Lines.Length);
        Assert.Equal("too-many-lines", Refused(Cart(101), CartBodies.NewCart).Code);
    }

    [Fact]
    public void Many_unknown_fields_are_refused_without_telling_each() =>
        Assert.InRange(Refused("{" + string.Join(',', Enumerable.Range(0, 20_000).Select(i => $"\"k{i}\":1")) + "}", CartBodies.Line).Errors.Count, 1, 50);

    [Fact]
    public void A_body_that_is_not_UTF_8_is_refused()
    {
        Assert.Equal("malformed-json", Assert.Throws<Refusal>(() => JsonBody.Parse([(byte)'"', 0xC3, 0x28, (byte)'"'])).Code);
        Assert.Equal("unsupported-media-type", Assert.Throws<Refusal>(() => JsonBody.Parse(Encoding.Unicode.GetBytes("{}"))).Code);
        Assert.Equal("unsupported-media-type", Assert.Throws<Refusal>(() => JsonBody.Parse([0xFF, 0xFE, .. Encoding.Unicode.GetBytes("{}")])).Code);
    }

    [Fact]
    public void A_byte_order_mark_does_no_harm()
    {
        using var body = JsonBody.Parse([0xEF, 0xBB, 0xBF, .. "{}"u8]);
        Assert.Empty(body.RootElement.EnumerateObject());
    }

    [Theory]
    [InlineData("""{"method":"4242424242424242"}""")]
    [InlineData("""{"method":"4242 4242 4242 4242"}""")]
    [InlineData("""{"method":"4242-4242-4242-4242"}""")]
    [InlineData("""{"method":4242424242424242}""")]
    [InlineData("""{"method":{"number":"4242424242424242","cvc":"123"}}""")]
    [InlineData("""{"method":"pm_card_visa","card":{"number":"4242"}}""")]
    [InlineData("""{"method":"pm_card_visa","cvc":"123"}""")]
    [InlineData("""{"method":"pm_card_visa","4242424242424242":1}""")]
    [InlineData("""{"method":"pm_card_visa","provider":"4242424242424242"}""")]
    public void Card_data_is_refused_and_never_repeated(string payment)
    {
        var refused = Refused($$"""{"cartId":"cart_x","payment":{{payment}}}""", CheckoutBody.Read);

        Assert.Equal("account-data-refused", refused.Code);
        Assert.DoesNotContain("4242", refused.Detail + string.Concat(refused.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public void A_checkout_names_a_cart_or_brings_everything()
    {
        Assert.Equal("cart_x", Read("""{"cartId":"cart_x","payment":{"method":"pm_card_visa"}}""", CheckoutBody.Read).CartId);
        Assert.Equal("/cartId", Assert.Single(Refused("""{"payment":{"method":"pm_card_visa"}}""", CheckoutBody.Read).Errors).Pointer);
        Assert.Equal("unknown-field", Refused("""{"cartId":"cart_x","lines":[],"payment":{"method":"pm_card_visa"}}""", CheckoutBody.Read).Code);

        var express = Read(
            """
            {"channel":"eu","lines":[{"sku":"A","quantity":2}],"contact":{"email":"a@example.com"},"shippingMethod":"standard","payment":{"method":"pm_card_visa"},
             "destination":{"name":"A","line1":"B 1","city":"C","postalCode":"10115","country":"DE"}}
            """,
            CheckoutBody.Read);
        Assert.Equal(("eu", "DE", "a@example.com", 2), (express.Channel, express.Destination!.Country, express.Contact!.Email, express.Lines!.Value[0].Quantity));
    }

    [Theory]
    [InlineData("a@example.com", true)]
    [InlineData("first.last+tag@sub.example.co.uk", true)]
    [InlineData("a", false)]
    [InlineData("@example.com", false)]
    [InlineData("a@", false)]
    [InlineData("a@b", false)]
    [InlineData("a@b..c", false)]
    [InlineData("a b@example.com", false)]
    [InlineData("a@@example.com", false)]
    [InlineData("<a@example.com>", false)]
    public void An_e_mail_address_looks_like_one(string email, bool fine)
    {
        var body = $$"""{"email":"{{email}}"}""";
        Assert.Equal(fine, fine ? Read(body, ContactBodies.Person).Email == email : Refused(body, ContactBodies.Person).Code != "invalid-value");
    }

    [Theory]
    [InlineData("de")]
    [InlineData("DEU")]
    [InlineData("D1")]
    [InlineData("")]
    public void A_country_is_two_capital_letters(string country) => Assert.Contains(
        Refused($$"""{"name":"A","line1":"B","city":"C","postalCode":"1","country":"{{country}}"}""", ContactBodies.Address).Errors,
        error => error.Pointer == "/country");

    private static T Read<T>(string json, Func<Fields, T> shape)
    {
        using var body = JsonBody.Parse(Encoding.UTF8.GetBytes(json));
        var errors = new BodyErrors();
        var read = shape(new Fields(body.RootElement, "", errors));
        errors.Throw();
        return read;
    }

    private static Refusal Refused<T>(string json, Func<Fields, T> shape) => Assert.Throws<Refusal>(() => { Read(json, shape); });
}
