using Commerce.Journal;
using Commerce.Storage;
using Commerce.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Commerce.Tests.Cluster.Journal;

/// <summary>The journal in a SQLite file.</summary>
public sealed class SqliteJournalTests : JournalTests
{
    private readonly string folder = Path.Combine(Path.GetTempPath(), "commerce-tests", Guid.NewGuid().ToString("N"));
    private IHost host = null!;
    private DataDirectory directory = null!;

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void A_second_process_cannot_take_the_folder() => Assert.Throws<InvalidOperationException>(() => DataDirectory.Take(folder));

    private protected override async Task<object?> Query(string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(folder, "journal.db")};Pooling=False");
        connection.Open();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return await command.ExecuteScalarAsync();
    }

    private protected override Task<IJournal> Open()
    {
        directory = DataDirectory.Take(folder);
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering();
            silo.UseEmbeddedStorage(directory);
        });
        builder.Services.AddSingleton(TimeProvider.System);
        host = builder.Build(); // never started: only the journal is of interest
        return Task.FromResult<IJournal>(Assert.IsType<SqliteJournal>(host.Services.GetRequiredService<IJournal>()));
    }

    private protected override async Task Close()
    {
        await ((IAsyncDisposable)host).DisposeAsync();
        directory.Dispose();
    }
}
