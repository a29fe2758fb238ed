namespace Appliance.Pkcs11.Policy;

/// <summary>How a module or a token of a vendor is known. Every part that is given must be contained.</summary>
internal sealed record ProfileMatch
{
    /// <summary>Part of the module's file name.</summary>
    public string? File { get; init; }

    /// <summary>Part of the module's manufacturer or description.</summary>
    public string? Library { get; init; }

    /// <summary>Part of the token's manufacturer.</summary>
    public string? Manufacturer { get; init; }

    /// <summary>Part of the token's model.</summary>
    public string? Model { get; init; }

    /// <summary>Who says so.</summary>
    public required string Source { get; init; }

    public bool Fits(ModuleInfo module, TokenInfo? token)
        => Has(File, Path.GetFileName(module.Path))
            && (Has(Library, module.Manufacturer) || Has(Library, module.Description))
            && Has(Manufacturer, token?.Manufacturer)
            && Has(Model, token?.Model);

    private static bool Has(string? wanted, string? text)
        => wanted is null || text?.Contains(wanted, StringComparison.OrdinalIgnoreCase) == true;
}
