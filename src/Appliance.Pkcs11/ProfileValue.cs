namespace Appliance.Pkcs11;

/// <summary>A value of a <see cref="VendorProfile"/> and where it comes from.</summary>
/// <typeparam name="T">Its type.</typeparam>
/// <param name="Value">The value.</param>
/// <param name="Source">Who says so; "default" where nobody does.</param>
public sealed record ProfileValue<T>(T Value, string Source)
{
    /// <summary>The source of values that nobody vouches for.</summary>
    public const string Default = "default";
}
