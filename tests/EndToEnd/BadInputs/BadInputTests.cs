using System.Diagnostics;
using System.Globalization;
using System.Text;
using Commerce.Journeys;
using Commerce.Shopping;

namespace Commerce.BadInputs;

/// <summary>Whatever comes in wrong is refused in words, leaves nothing behind, and does the shop no harm.</summary>
[Collection(OneShop.Name)]
public sealed class BadInputTests(RunningShop running) : IAsyncLifetime
{
    /// <summary>Promised are 2 seconds; a busy machine gets some more.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    private static readonly string[] Leaks = ["   at ", ".cs:", "Exception", "SELECT ", "sqlite", "System.", "Orleans", "Microsoft.", "/home/", "/tmp/", "42424242"];

    private readonly ShopClient shop = running.Client;
    private readonly string usedKey = ShopClient.NewKey();
    private Shopper me = null!, other = null!, empty = null!;

    public static TheoryData<string> Names => [.. Catalogue.All.Select(input => input.ToString())];

    public async Task InitializeAsync()
    {
        me = await Shopper.ReadyToPay(shop, Goods.Coffee);
        other = await Shopper.With(shop, Goods.Coffee);
        empty = await Shopper.ReadyToPay(shop, Goods.Coffee);
        await empty.Change(HttpMethod.Delete, "/lines/" + empty.Cart.Need("lines.0.id"));
        (await me.Ask(HttpMethod.Post, me.CartPath + "/lines", new { sku = Goods.Pen, quantity = 1 }, usedKey)).Must(200);
        await me.Look();
        await other.Look();
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public void No_two_bad_inputs_have_one_name() => Assert.Equal(Catalogue.All.Count, Catalogue.All.Select(input => input.ToString()).Distinct().Count());

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_bad_input_is_refused_in_words_and_leaves_nothing_behind(string name)
    {
        var input = Catalogue.All.Single(candidate => candidate.ToString() == name);
        var watch = Stopwatch.StartNew();
        var answer = await RawHttp.Send(shop.Address, Request(input), TimeSpan.FromSeconds(20));
        Assert.True(watch.Elapsed < Soon, $"answered after {watch.Elapsed}");

        Assert.True(input.Statuses.Contains(answer.Status), $"expected {string.Join(" or ", input.Statuses)}, got {answer.Head}\n{answer.Body}\n{(answer.Status >= 500 ? running.Output : "")}");
        Assert.All(Leaks, leak => Assert.DoesNotContain(leak, answer.Body, StringComparison.Ordinal));
        if (input.IsProblem)
        {
            IsProblem(input, answer);
        }

        Assert.Equal(me.Cart.ETag, (await me.Look()).ETag);
        Assert.Equal(other.Cart.ETag, (await other.Look()).ETag);
        Assert.True(await shop.IsReady());
    }

    private static void IsProblem(BadInput input, RawAnswer answer)
    {
        Assert.Equal("application/problem+json", answer.ContentType);
        var problem = answer.Json;
        Assert.Equal(answer.Status, problem.GetProperty("status").GetInt32());
        Assert.StartsWith("/problems/", problem.GetProperty("type").GetString(), StringComparison.Ordinal);
        Assert.NotEmpty(problem.GetProperty("title").GetString()!);
        Assert.NotEmpty(problem.GetProperty("correlationId").GetString()!);
        Assert.Equal("client", problem.GetProperty("category").GetString());
        Assert.False(problem.GetProperty("retryable").GetBoolean());
        if (input.Code is not null)
        {
            Assert.Equal(input.Code, problem.GetProperty("code").GetString());
        }

        if (input.Pointer is not null)
        {
            Assert.Contains(input.Pointer, problem.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("pointer").GetString()));
        }
    }

    private byte[] Request(BadInput input)
    {
        var body = input.Body.Length < 1_000 ? Encoding.Latin1.GetBytes(Fill(Encoding.Latin1.GetString(input.Body))) : input.Body;
        var filled = input with { Body = body, Head = input.Head.Replace("{length}", body.Length.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal) };
        return filled.Bytes(Fill);
    }

    private string Fill(string text) => text
        .Replace("{cart}", me.CartId, StringComparison.Ordinal)
        .Replace("{token}", me.Token, StringComparison.Ordinal)
        .Replace("{others}", other.CartId, StringComparison.Ordinal)
        .Replace("{empty}", empty.CartId, StringComparison.Ordinal)
        .Replace("{emptyToken}", empty.Token, StringComparison.Ordinal)
        .Replace("{usedKey}", usedKey, StringComparison.Ordinal)
        .Replace("{newKey}", ShopClient.NewKey(), StringComparison.Ordinal);
}
