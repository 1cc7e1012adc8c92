namespace Commerce.Sandbox.Stripe;

/// <summary>What a request comes to. Without an entry nothing has happened, and nothing is kept under its key.</summary>
internal readonly record struct Decision(Answer Answer, SandboxEntry? Entry = null)
{
    public static implicit operator Decision(Answer answer) => new(answer);

    public static Decision FromAnswer(Answer answer) => new(answer);
}

/// <summary>One request to the pretend Stripe.</summary>
/// <param name="Id">Of the object in the path; empty when there is none.</param>
internal sealed record StripeCall(string Id, StripeForm Form, string? Key, ulong Fingerprint, long Now, string BaseUrl)
{
    public long Seconds => Now / 1000;
}
