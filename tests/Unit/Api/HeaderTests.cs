using Commerce.Events;
using Commerce.Problems;
using Commerce.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Xunit;

namespace Commerce.Tests.Unit.Api;

public sealed class HeaderTests
{
    [Theory]
    [InlineData("k-1", "k-1")]
    [InlineData("\"k-1\"", "k-1")]
    [InlineData("\"", "\"")]
    public void A_key_may_stand_in_quotes(string header, string key) => Assert.Equal(key, IdempotencyKeys.Read(With(IdempotencyKeys.Header, header)));

    [Fact]
    public void A_key_is_optional() => Assert.Null(IdempotencyKeys.Read(new DefaultHttpContext().Request));

    [Fact]
    public void A_key_that_is_empty_too_long_unprintable_or_sent_twice_is_refused()
    {
        foreach (var header in new StringValues[] { "", "\"\"", "  ", new string('k', 256), "schlüssel", "a\tb", new(["a", "b"]) })
        {
            Assert.Equal("idempotency-key-invalid", Assert.Throws<Refusal>(() => IdempotencyKeys.Read(With(IdempotencyKeys.Header, header))).Code);
        }

        Assert.Equal(255, IdempotencyKeys.Read(With(IdempotencyKeys.Header, new string('k', 255)))!.Length);
    }

    [Fact]
    public void Two_bodies_that_mean_the_same_have_one_fingerprint()
    {
        Assert.Equal(Fingerprint("""{"a":1,"b":{"c":[1,2],"d":"x"}}"""), Fingerprint("""{ "b": {"d":"\u0078","c":[ 1, 2 ]}, "a": 1 }"""));
        Assert.NotEqual(Fingerprint("""{"a":[1,2]}"""), Fingerprint("""{"a":[2,1]}"""));
        Assert.NotEqual(Fingerprint("""{"a":1}"""), Fingerprint("""{"a":"1"}"""));
        Assert.NotEqual(Fingerprint("""{"a":1}""", "/v1/carts"), Fingerprint("""{"a":1}""", "/v1/checkouts"));
    }

    [Fact]
    public void If_Match_names_a_version_or_does_not_care()
    {
        Assert.Equal(7, ETags.IfMatch(With("If-Match", "\"7\"")));
        Assert.Null(ETags.IfMatch(With("If-Match", "*")));
        Assert.Null(ETags.IfMatch(new DefaultHttpContext().Request));
    }

    [Theory]
    [InlineData("7", "invalid-if-match")]
    [InlineData("\"7\", \"8\"", "invalid-if-match")]
    [InlineData("\"", "invalid-if-match")]
    [InlineData("W/\"7\"", "stale-version")]
    [InlineData("\"seven\"", "stale-version")]
    [InlineData("\"99999999999999999999\"", "stale-version")]
    public void An_If_Match_that_names_no_version_is_refused(string header, string code) =>
        Assert.Equal(code, Assert.Throws<Refusal>(() => ETags.IfMatch(With("If-Match", header))).Code);

    [Theory]
    [InlineData("\"7\"", true)]
    [InlineData("W/\"7\"", true)]
    [InlineData("\"6\", \"7\"", true)]
    [InlineData("*", true)]
    [InlineData("\"6\"", false)]
    [InlineData("7", false)]
    public void If_None_Match_tells_what_the_caller_has(string header, bool known)
    {
        var request = With("If-None-Match", header);
        request.Method = "GET";
        Assert.Equal(known, ETags.IsKnown(request, "\"7\""));
    }

    [Theory]
    [InlineData("?limit=0")]
    [InlineData("?limit=101")]
    [InlineData("?limit=1000000000")]
    [InlineData("?limit=99999999999999")]
    [InlineData("?limit=-1")]
    [InlineData("?limit=ten")]
    [InlineData("?limit=")]
    [InlineData("?limit=1&limit=2")]
    public void A_limit_is_from_1_to_100(string query) => Assert.Equal("invalid-limit", Assert.Throws<Refusal>(() => Paging.Limit(Asked(query))).Code);

    [Fact]
    public void A_cursor_that_nobody_gave_out_is_refused_before_anybody_reads_it()
    {
        Assert.Null(Paging.Cursor(Asked("")));
        Assert.Equal("abc", Paging.Cursor(Asked("?cursor=abc")));
        foreach (var query in new[] { "?cursor=%27%20or%201=1", "?cursor=%00", "?cursor=" + new string('x', 600), "?cursor=a&cursor=b" })
        {
            Assert.Equal("invalid-cursor", Assert.Throws<CommerceException>(() => Paging.Cursor(Asked(query))).Error.Code);
        }
    }

    [Theory]
    [InlineData("0-0", true)]
    [InlineData("12-3", true)]
    [InlineData("12", false)]
    [InlineData("-1-0", false)]
    [InlineData("1-1-1", false)]
    [InlineData("a-b", false)]
    [InlineData("' or 1=1", false)]
    [InlineData("99999999999999999999-0", false)]
    [InlineData("12-3.0-0", true)]
    [InlineData("1-0.2-0.3-0", false)]
    [InlineData("1-0.", false)]
    public void An_event_cursor_is_a_position_and_an_index_for_each_shard(string text, bool fine)
    {
        Assert.Equal(fine, EventCursor.TryParse(text, out var cursor));
        Assert.Equal(fine ? text : "0-0", cursor.ToString());
    }

    [Fact]
    public void The_next_page_is_the_same_question_with_another_cursor()
    {
        var request = Asked("?limit=2&cursor=old&q=a%20b");
        request.Path = "/v1/products";
        Assert.Equal("/v1/products?limit=2&q=a%20b&cursor=new", Paging.Next(request, "new"));
    }

    [Theory]
    [InlineData("3f1c-7", true)]
    [InlineData("a/b:c_d.e+f=", true)]
    [InlineData("", false)]
    [InlineData("a b", false)]
    [InlineData("a\nb", false)]
    [InlineData("<b>", false)]
    public void A_correlation_id_is_taken_where_it_can_do_no_harm(string id, bool safe) => Assert.Equal(safe, Correlation.IsSafe(id));

    [Theory]
    [InlineData("*/*", true)]
    [InlineData("text/html, application/json;q=0.5", true)]
    [InlineData("application/*", true)]
    [InlineData("text/event-stream", true)]
    [InlineData("image/png", false)]
    [InlineData("application/json;q=0", false)]
    public void Answers_are_JSON_or_not_acceptable(string accept, bool admitted) => Assert.Equal(admitted, RequestLimits.Admits(accept));

    private static HttpRequest With(string name, StringValues value)
    {
        var request = new DefaultHttpContext().Request;
        request.Headers[name] = value;
        return request;
    }

    private static HttpRequest Asked(string query)
    {
        var request = new DefaultHttpContext().Request;
        request.QueryString = new QueryString(query);
        return request;
    }

    private static string Fingerprint(string json, string path = "/v1/carts")
    {
        var request = new DefaultHttpContext().Request;
        request.Method = "POST";
        request.Path = path;
        using var body = JsonBody.Parse(System.Text.Encoding.UTF8.GetBytes(json));
        return IdempotencyKeys.Fingerprint(request, body.RootElement);
    }
}
