using System.Globalization;
using Appliance.Storage;

namespace Appliance.Server.Commands.Clients;

/// <summary>What a client may do and reach, as people write it.</summary>
internal static class ClientNames
{
    private static readonly (string Name, ClientOperations Value)[] s_operations =
    [
        ("read", ClientOperations.Read),
        ("authorize", ClientOperations.Authorize),
        ("sign", ClientOperations.Sign),
        ("timestamp", ClientOperations.Timestamp),
        ("enrol", ClientOperations.Enrol),
        ("manage", ClientOperations.Manage),
        ("approve", ClientOperations.Approve),
        ("tls-login", ClientOperations.TlsLogin),
        ("operate", ClientOperations.Operate),
    ];

    private static readonly (string Name, ClientReach Value)[] s_reaches =
    [
        ("listed", ClientReach.Listed),
        ("organisation", ClientReach.Organisation),
        ("all", ClientReach.All),
    ];

    public static string Operations => string.Join(", ", s_operations.Select(static entry => entry.Name));

    public static string Reaches => string.Join(", ", s_reaches.Select(static entry => entry.Name));

    public static string Of(ClientReach reach) => Array.Find(s_reaches, entry => entry.Value == reach).Name;

    public static IReadOnlyList<string> Of(ClientOperations operations)
        => [.. s_operations.Where(entry => operations.HasFlag(entry.Value)).Select(static entry => entry.Name)];

    public static string Of(ClientSecretKind kind) => kind switch
    {
        ClientSecretKind.Secret => "secret",
        ClientSecretKind.PublicKey => "key",
        ClientSecretKind.Certificate => "certificate",
        _ => "certificate-key",
    };

    /// <summary>Null for null.</summary>
    /// <exception cref="CommandException">A name is none.</exception>
    public static ClientOperations? ParseOperations(string? text)
    {
        if (text is null)
        {
            return null;
        }

        var operations = ClientOperations.None;
        foreach (var name in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var found = Array.Find(s_operations, entry => string.Equals(entry.Name, name, StringComparison.Ordinal));
            operations |= found.Name is null
                ? throw new CommandException(
                    $"\"{name}\" is no operation; write some of {Operations}, parted by commas.")
                : found.Value;
        }

        return operations;
    }

    /// <summary>Null for null.</summary>
    /// <exception cref="CommandException">It is neither a count nor a word for one.</exception>
    public static int? ParseTimestamps(string? text) => text switch
    {
        null => null,
        "none" => 0,
        "default" => ClientRow.AsSettingSays,
        _ when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0 => count,
        _ => throw new CommandException(
            $"--timestamps-per-day {text} is no count; write 1 or more, none (no limit), or default."),
    };

    /// <inheritdoc cref="ParseOperations"/>
    public static ClientReach? ParseReach(string? text)
    {
        if (text is null)
        {
            return null;
        }

        var found = Array.Find(s_reaches, entry => string.Equals(entry.Name, text, StringComparison.Ordinal));
        return found.Name is null
            ? throw new CommandException($"\"{text}\" is no reach; use one of {Reaches}.")
            : found.Value;
    }
}
