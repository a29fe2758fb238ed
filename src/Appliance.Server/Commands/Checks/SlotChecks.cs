using Appliance.Pkcs11;
using Appliance.Server.Hosting;
using Appliance.Server.Hosting.Slots;
using Appliance.Server.Options;

namespace Appliance.Server.Commands.Checks;

/// <summary>
/// The group's slots: library, token and PIN of the first one in a check each, and of the others in one each. What is
/// wrong with one keeps nobody from serving while another can be used.
/// </summary>
internal static class SlotChecks
{
    public const string NoStore = "The store did not open.";

    private static readonly string[] s_first = ["module", "token", "PIN"];

    /// <summary>Logs in to every slot, where there is a store that remembers refused PINs.</summary>
    /// <returns>The slots that can be used.</returns>
    public static IReadOnlyList<ConfiguredSlot> Examine(
        CheckList list, ApplianceOptions options, Composition? composition)
    {
        var usable = new List<ConfiguredSlot>();
        var slots = composition?.Slots.All ?? [.. options.AllSlots().Select(s => new ConfiguredSlot(s.Key, s.Value))];
        foreach (var slot in slots)
        {
            var first = slot == slots[0];
            var found = Find(list, slot.Settings, first ? "module" : NameOf(slot), first ? "token" : NameOf(slot));
            var name = first ? "PIN" : NameOf(slot);
            if (composition is null || found is null)
            {
                if (first)
                {
                    list.Skip(name, composition is null ? NoStore : "The token was not found.");
                }
            }
            else if (LogIn(list, composition, slot, found, name))
            {
                usable.Add(slot);
            }
        }

        if (usable.Count > 0)
        {
            Soften(list, slots);
        }

        return usable;
    }

    /// <summary>Libraries and tokens; the logins are the server's.</summary>
    public static void ExamineBesideServer(CheckList list, ApplianceOptions options)
    {
        foreach (var (name, settings) in options.AllSlots())
        {
            var first = ReferenceEquals(settings, options.Token);
            if (Find(list, settings, first ? "module" : NameOf(name), first ? "token" : NameOf(name)) is { } found
                && !first)
            {
                list.Ok(NameOf(name), found.ToString());
            }
        }
    }

    /// <summary>Whether the root key can be unwrapped by each of them, so that one alone is enough to start.</summary>
    public static void ExamineCopies(CheckList list, Composition composition, IReadOnlyList<ConfiguredSlot> slots)
    {
        var rows = composition.Store.Read(static connection => connection.RootKeys.List());
        foreach (var slot in slots)
        {
            if (!RootKeys.Serves(rows, slot.Token!))
            {
                list.Warn(
                    "root key",
                    $"the slot {slot.Name} has no copy, so that a node cannot start by it alone; make one: appliance "
                    + $"token add-root-key {slot.Name}");
            }
        }
    }

    private static bool LogIn(
        CheckList list, Composition composition, ConfiguredSlot slot, TokenInfo found, string name)
    {
        if (found.Flags.HasFlag(TokenFlags.UserPinToBeChanged))
        {
            list.Warn("PIN flags", $"The token of the slot {slot.Name} says that its PIN is to be changed.");
        }

        return list.Try(name, () =>
        {
            if (!composition.Slots.TryOpen(slot))
            {
                slot.ThrowFault();
            }

            list.Ok(name, slot == composition.Slots.All[0] ? "accepted" : $"{found}: PIN accepted");
            return slot;
        }) is not null;
    }

    /// <summary>The token, or null and a failed check. Only the first slot's parts are reported one by one.</summary>
    private static TokenInfo? Find(CheckList list, TokenSettings settings, string module, string token)
    {
        var first = !string.Equals(module, token, StringComparison.Ordinal);
        using var library = list.Try(module, () =>
        {
            var loaded = ConfiguredSlot.LoadModule(settings);
            if (first)
            {
                var info = loaded.Info;
                list.Ok(module, $"{info.Path}: {info.Manufacturer}, {info.Description} {info.LibraryVersion}");
            }

            return loaded;
        });
        if (library is null)
        {
            if (first)
            {
                list.Skip(token, "The module did not load.");
            }

            return null;
        }

        return list.Try(token, () =>
        {
            using var opened = ConfiguredSlot.OpenToken(library, settings);
            var info = opened.ReadInfo();
            if (first)
            {
                list.Ok(token, info.ToString());
            }

            return info;
        });
    }

    /// <summary>The node serves by another slot: what is wrong is no reason not to.</summary>
    private static void Soften(CheckList list, IReadOnlyList<ConfiguredSlot> slots)
    {
        var names = s_first.Concat(slots.Select(NameOf)).ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < list.Checks.Count; i++)
        {
            var check = list.Checks[i];
            if (check.Result == CheckResult.Failed && names.Contains(check.Name))
            {
                list.Checks[i] = check with
                {
                    Result = CheckResult.Warning,
                    Detail = $"{check.Detail} The other slots serve without it.",
                };
            }
        }
    }

    private static string NameOf(ConfiguredSlot slot) => NameOf(slot.Name);

    private static string NameOf(string slot) => $"slot {slot}";
}
