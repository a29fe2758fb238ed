using System.Text.Json;
using Appliance.Identity;
using Appliance.Ledger;
using Appliance.Pkcs11;
using Appliance.Server.Hosting.Slots;
using Appliance.Server.Options;
using Appliance.Signing.Keys;
using Appliance.Signing.Provisioning;
using Appliance.Storage;

namespace Appliance.Server.Commands;

/// <summary>Which failures a command expects: those whose message is already the sentence to show.</summary>
internal static class CommandErrors
{
    /// <summary>The sentence for an expected failure; null for a bug, which may show its stack.</summary>
    public static string? Describe(Exception error) => error switch
    {
        CommandException or ProvisioningException or RootKeyException or DirectoryException => error.Message,
        StoreLockedException or StoreSchemaException or StoreException => error.Message,
        SlotsException => error.Message,
        ModuleHostException or NotSupportedException => error.Message,
        TokenNotFoundException or TokenLoginException or Pkcs11Exception => error.Message,
        LedgerOverloadedException => error.Message,
        DllNotFoundException or BadImageFormatException or FormatException => error.Message,
        OptionsException options => string.Join(Environment.NewLine, options.Errors),
        JsonException json => $"The JSON cannot be read: {json.Message}",
        IOException or UnauthorizedAccessException => error.Message,
        OperationCanceledException => "Interrupted; what was not finished was undone.",
        _ => null,
    };
}
