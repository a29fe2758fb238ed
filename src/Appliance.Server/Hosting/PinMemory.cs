using Appliance.Ledger;
using Appliance.Pkcs11;
using Appliance.Storage;

namespace Appliance.Server.Hosting;

/// <summary>
/// Refused PINs, remembered in a file beside the store and in the store itself, so that neither a restart nor another
/// node tries one again (architecture, decision 6).
/// </summary>
internal static class PinMemory
{
    public static RefusedPins Create(Store store, string path, CommitLoop loop, TimeProvider time) => new(
        path,
        time,
        serial => Load(store, serial),
        (serial, refused) => Save(loop, serial, refused));

    private static RefusedPin? Load(Store store, string serial)
        => store.Read(serial, static (connection, serial) => connection.RefusedPins.Find(serial)) is { } row
            ? new RefusedPin(
                row.TokenSerial,
                row.Salt,
                row.Iterations,
                row.Digest,
                DateTimeOffset.FromUnixTimeMilliseconds(row.At))
            : null;

    /// <summary>Blocks until it is durable: the token may be asked only after that.</summary>
    private static void Save(CommitLoop loop, string serial, RefusedPin? refused)
        => loop.WriteAsync(
            connection =>
            {
                if (refused is null)
                {
                    return connection.RefusedPins.Delete(serial);
                }

                connection.RefusedPins.Upsert(new RefusedPinRow(
                    refused.TokenSerial,
                    refused.Salt,
                    refused.Iterations,
                    refused.Digest,
                    refused.At.ToUnixTimeMilliseconds()));
                return true;
            },
            CancellationToken.None).AsTask().GetAwaiter().GetResult();
}
