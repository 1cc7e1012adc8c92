using System.Diagnostics;
using Commerce.Load.Http;

namespace Commerce.Load.Buying;

internal enum Ending
{
    /// <summary>An order.</summary>
    Sold,

    /// <summary>No order, for a reason that a buyer can be told.</summary>
    Refused,

    /// <summary>The goods are held, and the buyer has something to do.</summary>
    Held,

    /// <summary>No final answer within the buyer's patience.</summary>
    NoAnswer,
}

/// <param name="Reason">A failure's or a problem's code; the order's id when it was sold.</param>
/// <param name="Requests">How many it took.</param>
internal readonly record struct Outcome(Ending Ending, string Reason, int Requests);

/// <summary>Somebody who buys over one connection, again and again, each time as a new guest.</summary>
/// <param name="patience">How long a buyer repeats a request that got no final answer, with the same key.</param>
internal sealed class Buyer(Connection connection, TimeSpan patience)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private int requests;

    public static string NewKey() => Guid.NewGuid().ToString("N");

    /// <summary>In one request.</summary>
    /// <param name="token">Of the guest that buys; null: a new one.</param>
    public async Task<Outcome> BuyAtOnce(string key, Purchase purchase, string? token = null)
    {
        requests = 0;
        connection.Token = token;
        return await CheckOut(key, purchase.Express);
    }

    /// <summary>In five: a cart, its lines, where it goes, the checkout.</summary>
    public async Task<Outcome> BuyStepByStep(string key, Purchase purchase)
    {
        requests = 0;
        connection.Token = null;
        var cart = await Insist("POST", "/v1/carts", """{"channel":"eu"}""", key + "-cart");
        if (cart.Text("id") is not { } id || cart.Text("token") is not { } token)
        {
            return Refusal(cart);
        }

        connection.Token = token;
        foreach (var (sku, quantity) in purchase.Lines)
        {
            var line = await Insist("POST", $"/v1/carts/{id}/lines", $$"""{"sku":"{{sku}}","quantity":{{quantity}}}""", $"{key}-{sku}");
            if (!line.IsGood)
            {
                return Refusal(line);
            }
        }

        var destination = await Insist("PUT", $"/v1/carts/{id}/destination", Purchase.Destination, key + "-destination");
        return destination.IsGood ? await CheckOut(key, $$"""{"cartId":"{{id}}","payment":{{purchase.Payment.Json}}}""") : Refusal(destination);
    }

    /// <summary>Asks to buy until the answer is final: whoever gets none asks again, with the same key.</summary>
    private async Task<Outcome> CheckOut(string key, string body)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var answer = await Insist("POST", "/v1/checkouts", body, key);
            if (!answer.IsGood)
            {
                return Refusal(answer);
            }

            switch (answer.Text("status"))
            {
                case "confirmed":
                    return new Outcome(Ending.Sold, answer.Text("orderId") ?? "an order without an id", requests);
                case "failed":
                    return new Outcome(Ending.Refused, Failure(answer), requests);
                case "requires_action":
                    return new Outcome(Ending.Held, "requires-action", requests);
                default:
                    if (Stopwatch.GetElapsedTime(began) > patience)
                    {
                        return new Outcome(Ending.NoAnswer, "pending", requests);
                    }

                    await Task.Delay(Pause);
                    break;
            }
        }
    }

    /// <summary>One request, repeated while the answer invites to it.</summary>
    private async Task<Answer> Insist(string method, string path, string? body, string key)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            requests++;
            var answer = await connection.Send(method, path, body, key);
            if (!answer.IsWorthRepeating || Stopwatch.GetElapsedTime(began) > patience)
            {
                return answer;
            }

            await Task.Delay(answer.RetryAfter > 0 ? TimeSpan.FromSeconds(answer.RetryAfter) : Pause);
        }
    }

    private static string Failure(Answer answer)
    {
        // The first "code" of a checkout is its failure's.
        return answer.Text("code") ?? "failed";
    }

    private Outcome Refusal(Answer answer) => answer.IsWorthRepeating || answer.Status >= 500
        ? new Outcome(Ending.NoAnswer, answer.Status == 0 ? "no answer" : $"{answer.Status} {answer.Text("code")}", requests)
        : new Outcome(Ending.Refused, answer.Text("code") ?? answer.Status.ToString(), requests);
}
