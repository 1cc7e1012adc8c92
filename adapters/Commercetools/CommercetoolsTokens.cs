using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Commerce.Vendors;

namespace Commerce.Commercetools;

/// <summary>The access token of the API client: fetched once for all who ask, renewed before it expires, and at once when it is refused.</summary>
internal sealed class CommercetoolsTokens(IHttpClientFactory https, VendorSettings<CommercetoolsOptions> options, TimeProvider time)
{
    /// <summary>A token is renewed when this share of its life is left, five minutes at the most.</summary>
    private const int MarginOf = 10;

    private static readonly TimeSpan LongestMargin = TimeSpan.FromMinutes(5);

    private readonly Lock gate = new();
    private volatile Token? current;
    private Task<Token>? renewing;

    /// <summary>A token that is good for a while.</summary>
    public async ValueTask<string> Get(CancellationToken cancellationToken) =>
        current is { } token && time.GetUtcNow() < token.RenewAt ? token.Value : (await Renewed().WaitAsync(cancellationToken)).Value;

    /// <summary>The vendor did not take it: the next who asks gets another.</summary>
    public void Refuse(string value)
    {
        lock (gate)
        {
            if (current?.Value == value)
            {
                current = null;
            }
        }
    }

    private Task<Token> Renewed()
    {
        lock (gate)
        {
            if (current is { } token && time.GetUtcNow() < token.RenewAt)
            {
                return Task.FromResult(token);
            }

            return renewing is { IsCompleted: false } ? renewing : renewing = Fetch();
        }
    }

    /// <summary>Belongs to nobody who waits for it: one who leaves does not take it from the others.</summary>
    private async Task<Token> Fetch()
    {
        var settings = options.Current;
        using var patience = new CancellationTokenSource(settings.AttemptTimeout, time);
        using var request = new HttpRequestMessage(HttpMethod.Post, CommercetoolsReads.Address(settings, settings.AuthUrl, "/oauth/token"))
        {
            Content = new FormUrlEncodedContent(string.IsNullOrEmpty(settings.Scope)
                ? [new("grant_type", "client_credentials")]
                : [new("grant_type", "client_credentials"), new("scope", settings.Scope)]),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{settings.ClientId}:{settings.ClientSecret}")));

        try
        {
            using var response = await https.CreateClient(CommercetoolsOptions.Vendor).SendAsync(request, patience.Token);
            await CommercetoolsReads.MustSucceed(response, patience.Token);
            var granted = await response.Content.ReadFromJsonAsync(CommercetoolsJson.Default.WireToken, patience.Token) ?? throw new System.Text.Json.JsonException("The token is null.");
            var life = TimeSpan.FromSeconds(granted.ExpiresIn);
            var margin = life / MarginOf;
            var token = new Token(granted.AccessToken, time.GetUtcNow() + life - (margin < LongestMargin ? margin : LongestMargin));
            lock (gate)
            {
                current = token;
            }

            return token;
        }
        catch (OperationCanceledException late)
        {
            throw new HttpRequestException("The token did not come in time.", late);
        }
    }

    private sealed record Token(string Value, DateTimeOffset RenewAt);
}
