namespace Commerce.Journal;

/// <summary>How long this silo has been up: for the first <see cref="Recovery"/>, sagas that a crash interrupted take precedence over what merely ran out.</summary>
internal sealed class SiloAge(TimeProvider clock)
{
    /// <summary>Longer than a saga waits for its wake-up (see <c>CheckoutOptions.RecoverAfter</c>), shorter than the 60 s in which an expired reservation has to be free.</summary>
    public static readonly TimeSpan Recovery = TimeSpan.FromSeconds(25);

    private readonly DateTimeOffset startedAt = clock.GetUtcNow();

    public bool IsYoung(DateTimeOffset now) => now - startedAt < Recovery;
}
