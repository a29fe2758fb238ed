using System.Net.Sockets;
using Npgsql;

namespace Appliance.Storage.Postgres;

/// <summary>PostgreSQL's errors (SQLSTATE, PostgreSQL 15 appendix A) as the store's.</summary>
internal static class PostgresErrors
{
    /// <summary>True for what the database or the way to it did, as opposed to a bug of ours.</summary>
    public static bool IsOne(Exception error)
        => error is NpgsqlException or TimeoutException or IOException or SocketException
            || (error is InvalidOperationException and not ObjectDisposedException);

    public static StoreException Translate(Exception error, string doing)
        => error is PostgresException said
            ? new StoreException(
                Classify(said.SqlState), $"PostgreSQL {said.SqlState} ({said.MessageText}): {doing}", said)
            : new StoreException(
                StoreFailure.Unavailable, $"PostgreSQL cannot be reached ({error.Message}): {doing}", error);

    /// <summary>
    /// True when the server refused a statement, so that nothing of its transaction can be committed any more; false
    /// for
    /// a connection that ended, which may have been after the COMMIT.
    /// </summary>
    public static bool IsDefinite(StoreException error)
        => error.InnerException is PostgresException { InvariantSeverity: "ERROR" };

    private static StoreFailure Classify(string state) => state switch
    {
        "40001" or "40P01" or "55P03" => StoreFailure.Conflict,
        "57P01" or "57P02" or "57P03" or "57P05" or "53300" or "25006" => StoreFailure.Unavailable,
        // A server that hung, or was paused, ends what waited in it when it goes on.
        "25P03" or "57014" => StoreFailure.Unavailable,
        "53100" => StoreFailure.Full,
        "58030" => StoreFailure.Io,
        "XX001" or "XX002" => StoreFailure.Corrupt,
        _ when state.StartsWith("08", StringComparison.Ordinal) => StoreFailure.Unavailable,
        _ when state.StartsWith("23", StringComparison.Ordinal) => StoreFailure.Constraint,
        _ => StoreFailure.Other,
    };
}
