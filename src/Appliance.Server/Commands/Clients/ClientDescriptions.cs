using System.Globalization;
using Appliance.Server.Commands.Documents;
using Appliance.Storage;

namespace Appliance.Server.Commands.Clients;

/// <summary>Clients as commands tell of them.</summary>
internal static class ClientDescriptions
{
    /// <summary>The client of this name.</summary>
    /// <exception cref="CommandException">There is none.</exception>
    public static ClientRow Find(Workbench bench, string name)
        => bench.Store.Read(name, static (connection, wanted) => connection.Clients.FindByName(wanted))
            ?? throw new CommandException($"There is no client \"{name}\"; see: appliance client list.");

    public static ClientDocument Describe(Workbench bench, ClientRow row) => new()
    {
        Id = row.Id,
        Name = row.Name,
        State = bench.Composition.Clients.Verify(row) ? row.State.ToString().ToLowerInvariant() : "tampered",
        Organisation = row.OrganisationId is { } id ? bench.UserNameOf(id) : null,
        Operations = ClientNames.Of(row.Operations),
        Reach = ClientNames.Of(row.Reach),
        Rate = row.Rate,
        Burst = row.Burst,
        Concurrency = row.Concurrency,
        TimestampsPerDay = row.TimestampsPerDay == ClientRow.AsSettingSays ? null : row.TimestampsPerDay,
        CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.CreatedAt),
    };

    public static ClientSecretDocument Describe(Workbench bench, ClientSecretRow row, string? secret = null) => new()
    {
        Id = row.Id,
        Client = row.ClientId,
        Kind = ClientNames.Of(row.Kind),
        State = StateOf(bench, row),
        ValidUntil = DateTimeOffset.FromUnixTimeMilliseconds(row.ValidUntil),
        KeyId = row.KeyId.Length == 0 ? null : row.KeyId,
        Secret = secret,
    };

    public static void Answer(Workbench bench, ClientRow row)
    {
        var document = Describe(bench, row);
        if (bench.Reply.Json)
        {
            bench.Reply.Write(document, CommandJson.Default.ClientDocument);
        }

        bench.Reply.Say(
            $"Client {document.Name}, client_id {document.Id:D}: {document.State}; "
            + $"{string.Join(", ", document.Operations)}; reach {document.Reach}; "
            + $"rate {Limit(document.Rate)} a second, {Limit(document.Concurrency)} at a time on each node; "
            + $"{Quota(document)} time stamps a day.");
    }

    public static IReadOnlyList<string> ToCells(ClientDocument document) =>
    [
        document.Id.ToString("D"),
        document.Name,
        document.State,
        document.Organisation ?? "",
        document.Reach,
        Limit(document.Rate),
        Limit(document.Concurrency),
        Quota(document),
        string.Join(", ", document.Operations),
    ];

    public static IReadOnlyList<string> ToCells(ClientSecretDocument document) =>
    [
        document.Id.ToString("D"), document.Kind, document.State, document.ValidUntil.ToString("u"),
        document.KeyId ?? "",
    ];

    private static string Quota(ClientDocument document)
        => document.TimestampsPerDay is { } number ? Limit(number) : "default";

    private static string Limit(int number)
        => number == 0 ? "unlimited" : number.ToString(CultureInfo.InvariantCulture);

    private static string StateOf(Workbench bench, ClientSecretRow row)
    {
        if (!bench.Composition.Clients.Verify(row))
        {
            return "tampered";
        }

        if (row.State == ClientSecretState.Revoked)
        {
            return "revoked";
        }

        return row.ValidUntil <= bench.Composition.Time.GetUtcNow().ToUnixTimeMilliseconds() ? "expired" : "active";
    }
}
