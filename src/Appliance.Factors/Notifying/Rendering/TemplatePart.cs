namespace Appliance.Factors.Notifying.Rendering;

/// <summary>A piece of a template's line.</summary>
/// <param name="Text">Text as it is, or a placeholder's name.</param>
/// <param name="IsPlaceholder">Which of the two.</param>
internal readonly record struct TemplatePart(string Text, bool IsPlaceholder);
