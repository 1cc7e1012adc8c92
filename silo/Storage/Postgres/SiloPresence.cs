using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Commerce.Storage.Postgres;

/// <summary>
/// Says by an advisory lock that a silo lives, as long as its process does. A silo that finds itself alone declares the silos of the membership table
/// dead that a crash has left there as active: otherwise it would wait for them for a minute, since it cannot know that nobody will answer.
/// </summary>
/// <remarks>
/// The lock says who lives; the address is asked, too, since a silo whose connection to the database broke a moment ago lives without a lock. A silo
/// that is declared dead wrongly ends itself, as after any false death, and its late writes are fenced.
/// </remarks>
internal sealed class SiloPresence : BackgroundService
{
    /// <summary>Key of the advisory lock. Any number that nobody else uses in the database.</summary>
    internal const long Lock = 0x73696c6f;

    /// <summary>Values of <c>Orleans.Runtime.SiloStatus</c>, which the membership table keeps as numbers.</summary>
    private const int Dead = (int)SiloStatus.Dead;

    /// <summary>The server notices within seconds when the machine of a silo is gone, and gives its lock back.</summary>
    private const string Session = "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3 -c tcp_user_timeout=10000";

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1), Answer = TimeSpan.FromMilliseconds(500);

    private readonly PostgresDatabase database;
    private readonly ILogger logger;

    /// <summary>Has the lock; null while the database cannot be reached.</summary>
    private NpgsqlConnection? held;

    private SiloPresence(PostgresDatabase database, NpgsqlConnection held, ILogger logger) => (this.database, this.held, this.logger) = (database, held, logger);

    /// <summary>Takes the lock, and clears up when this silo is alone.</summary>
    public static SiloPresence Announce(PostgresDatabase database, string cluster, ILogger logger)
    {
        var connection = database.Own("presence", Session);
        PostgresSchema.Await(connection); // it may have gone away since the schema was looked at
        if ((bool)Ask(connection, $"select pg_try_advisory_lock({Lock})")!)
        {
            BuryTheDead(connection, cluster, logger);
            Ask(connection, $"select pg_advisory_lock_shared({Lock})");
            Ask(connection, $"select pg_advisory_unlock({Lock})");
        }
        else
        {
            Ask(connection, $"select pg_advisory_lock_shared({Lock})");
        }

        return new SiloPresence(database, connection, logger);
    }

    public override void Dispose()
    {
        held?.Dispose();
        base.Dispose();
    }

    /// <summary>A connection that broke is made anew, and the lock taken again.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Task.Run(Hold, stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                if (held is not null)
                {
                    logger.PresenceLost(failure.Message); // once, not at every attempt to return
                }

                held?.Dispose();
                held = null;
            }

            await Task.Delay(Period, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Hold()
    {
        if (held is null)
        {
            var returned = Connect(database);
            Ask(returned, $"select pg_advisory_lock_shared({Lock})");
            held = returned;
        }

        Ask(held, "select 1");
    }

    private static void BuryTheDead(NpgsqlConnection connection, string cluster, ILogger logger)
    {
        var left = new List<(string Address, int Port, int Generation)>();
        using (var members = new NpgsqlCommand("select address, port, generation from members where cluster = $1 and status <> $2", connection) { Parameters = { new() { Value = cluster }, new() { Value = Dead } } })
        using (var rows = members.ExecuteReader())
        {
            while (rows.Read())
            {
                left.Add((rows.GetString(0), rows.GetInt32(1), rows.GetInt32(2)));
            }
        }

        foreach (var (address, port, generation) in left.Where(static silo => !Answers(silo.Address, silo.Port)))
        {
            using var bury = new NpgsqlCommand(
                """
                with raised as (update cluster_versions set version = version + 1 where cluster = $1 returning 1)
                update members set status = $5 from raised where cluster = $1 and address = $2 and port = $3 and generation = $4
                """,
                connection)
            {
                Parameters = { new() { Value = cluster }, new() { Value = address }, new() { Value = port }, new() { Value = generation }, new() { Value = Dead } },
            };
            bury.ExecuteNonQuery();
            logger.Buried(address, port);
        }
    }

    private static bool Answers(string address, int port)
    {
        using var socket = new TcpClient(AddressFamily.InterNetwork);
        try
        {
            return socket.ConnectAsync(IPAddress.Parse(address), port).Wait(Answer);
        }
        catch (AggregateException refused) when (refused.InnerException is SocketException)
        {
            return false;
        }
    }

    private static NpgsqlConnection Connect(PostgresDatabase database)
    {
        var connection = database.Own("presence", Session);
        connection.Open();
        return connection;
    }

    /// <summary>Waits longer than callers' patience: another silo that starts holds the lock while it clears up.</summary>
    private static object? Ask(NpgsqlConnection connection, string sql)
    {
        using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 30 };
        return command.ExecuteScalar();
    }
}

internal static partial class SiloPresenceLog
{
    [LoggerMessage(130, LogLevel.Warning, "The silo at {Address}:{Port} was left by a crash; it is declared dead, this silo being alone")]
    public static partial void Buried(this ILogger logger, string address, int port);

    [LoggerMessage(131, LogLevel.Warning, "The database does not know for the moment that this silo lives ({Why})")]
    public static partial void PresenceLost(this ILogger logger, string why);
}
