using Polly.Registry;

namespace Commerce.Tax;

/// <summary>How a call through a pipeline ended.</summary>
/// <param name="MaybeDone">Some attempt may have reached AvaTax and done its work although its answer never came.</param>
internal readonly record struct AvalaraReply(Transaction? Value, Exception? Failure, bool MaybeDone);

/// <summary>Makes calls through their operation's pipeline, and keeps count of what may have been done on the way.</summary>
internal sealed class AvalaraCalls(AvalaraConnection connection, ResiliencePipelineProvider<string> pipelines)
{
    public Task<AvalaraReply> Create(string operation, CreateTransaction document, CancellationToken cancellationToken) =>
        Make(operation, cancellation => connection.Send(HttpMethod.Post, "transactions/create?$include=Lines,Details", document, AvalaraJson.Default.CreateTransaction, cancellation), cancellationToken);

    public Task<AvalaraReply> Find(string company, string code, string type, CancellationToken cancellationToken) =>
        Make(AvalaraPipelines.Find, cancellation => connection.Send<VoidTransaction>(HttpMethod.Get, Path(company, code, "", type), null, null, cancellation), cancellationToken);

    public Task<AvalaraReply> Void(string company, string code, string type, CancellationToken cancellationToken) =>
        Make(
            AvalaraPipelines.Void,
            cancellation => connection.Send(HttpMethod.Post, Path(company, code, "/void", type), new VoidTransaction("DocVoided"), AvalaraJson.Default.VoidTransaction, cancellation),
            cancellationToken);

    private static string Path(string company, string code, string step, string type) =>
        $"companies/{Uri.EscapeDataString(company)}/transactions/{Uri.EscapeDataString(code)}{step}?documentType={type}";

    private async Task<AvalaraReply> Make(string operation, Func<CancellationToken, Task<Transaction>> attempt, CancellationToken cancellationToken)
    {
        var maybeDone = false;
        try
        {
            var value = await pipelines.GetPipeline(operation).ExecuteAsync(
                async cancellation =>
                {
                    try
                    {
                        return await attempt(cancellation);
                    }
                    catch (Exception failure)
                    {
                        maybeDone |= !AvalaraFailures.IsAnswer(failure) && !AvalaraFailures.NothingSent(failure);
                        throw;
                    }
                },
                cancellationToken);
            return new AvalaraReply(value, Failure: null, MaybeDone: true);
        }
        catch (Exception failure)
        {
            return new AvalaraReply(Value: null, failure, maybeDone);
        }
    }
}
