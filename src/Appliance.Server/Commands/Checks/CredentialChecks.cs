using System.Globalization;
using Appliance.Pkcs11;
using Appliance.Server.Hosting;
using Appliance.Server.Hosting.Slots;
using Appliance.Signing.Keys;
using Appliance.Storage;

namespace Appliance.Server.Commands.Checks;

/// <summary>Credentials: keys in the token, rows as they were made, certificates that last.</summary>
internal static class CredentialChecks
{
    private const int NamedLimit = 5;

    public static void Examine(
        CheckList list,
        Composition composition,
        IReadOnlyList<ConfiguredSlot> slots,
        bool linksKnown,
        DateTimeOffset now)
    {
        var rows = list.Try("keys", () => composition.ListCredentials(null).ToList());
        if (rows is null)
        {
            list.Skip("certificates", "The credentials cannot be read.");
            return;
        }

        list.Look("keys", () => ExamineKeys(list, rows, slots));
        if (linksKnown)
        {
            var changed = rows.Where(row => !composition.Link.Verify(row)).ToList();
            Report(list, "links", "as they were made", changed, "changed behind the appliance's back", rows.Count);
        }
        else
        {
            list.Skip("links", "The root key does not unwrap.");
        }

        ExamineCertificates(list, rows, now);
    }

    /// <summary>A key on no slot is lost; one that is not on each of them is lost with those it is on.</summary>
    private static void ExamineKeys(CheckList list, List<CredentialRow> rows, IReadOnlyList<ConfiguredSlot> slots)
    {
        var found = slots.Select(slot => (slot.Name, Keys: FindKeys(slot.Token!))).ToList();
        var missing = rows.Where(row => !found.Exists(slot => slot.Keys.Contains(NameOf(row)))).ToList();
        Report(list, "keys", "in the token", missing, "without their key in the token", rows.Count);
        foreach (var (name, keys) in slots.Count > 1 ? found : [])
        {
            var absent = rows.Except(missing).Where(row => !keys.Contains(NameOf(row))).ToList();
            if (absent.Count > 0)
            {
                list.Warn(
                    "keys",
                    $"{Number(absent.Count)} of {Number(rows.Count)} credentials have no key on the slot {name}, and "
                    + $"end with the other slots: {Names(absent)}.");
            }
        }
    }

    private static HashSet<(string Id, string Label)> FindKeys(Token token)
        => [.. token.FindKeys()
            .Where(key => key.Class == TokenKeyClass.Private
                || (key.Class == TokenKeyClass.Secret
                    && string.Equals(key.Label, KeyWrappingKey.Label, StringComparison.Ordinal)))
            .Select(key => (Convert.ToHexString(key.Id), key.Label))];

    /// <summary>What the token must have: the key itself, or the one that it is wrapped under.</summary>
    private static (string Id, string Label) NameOf(CredentialRow row)
        => row.WrappedKey.Length == 0
            ? (Convert.ToHexString(row.KeyId), row.KeyLabel)
            : (Convert.ToHexString(row.WrappingKeyId), KeyWrappingKey.Label);

    private static void ExamineCertificates(CheckList list, List<CredentialRow> rows, DateTimeOffset now)
    {
        var enabled = rows.Where(row => row.State == CredentialState.Enabled).ToList();
        var expired = enabled.Where(row => row.NotAfter <= now.ToUnixTimeMilliseconds()).ToList();
        var soon = enabled
            .Where(row => row.NotAfter > now.ToUnixTimeMilliseconds()
                && row.NotAfter <= now.AddDays(30).ToUnixTimeMilliseconds())
            .ToList();
        if (expired.Count > 0 || soon.Count == 0)
        {
            Report(list, "certificates", "not expired", expired, "enabled with an expired certificate", enabled.Count);
        }

        if (soon.Count > 0)
        {
            list.Warn("certificates", $"{Number(soon.Count)} expire within 30 days: {Names(soon)}.");
        }
    }

    private static void Report(
        CheckList list, string name, string good, List<CredentialRow> bad, string wrong, int count)
    {
        if (bad.Count == 0)
        {
            list.Ok(name, $"{Number(count)} credentials, {good}");
        }
        else
        {
            list.Fail(name, $"{Number(bad.Count)} of {Number(count)} credentials {wrong}: {Names(bad)}.");
        }
    }

    private static string Names(List<CredentialRow> rows)
        => string.Join(", ", rows.Take(NamedLimit).Select(row => row.Id.ToString("D")))
            + (rows.Count > NamedLimit ? ", ..." : "");

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
