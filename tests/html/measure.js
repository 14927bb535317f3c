// Measures the page it stands in, for tests/html/run.sh: nothing of it is in the report. Tells the
// page around it, which prints it.
'use strict';

const problems = [];

function luminance(rgb) {
	const part = rgb.map((value) => {
		const s = value / 255;
		return s <= 0.03928 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
	});
	return 0.2126 * part[0] + 0.7152 * part[1] + 0.0722 * part[2];
}

// WCAG 2: from 1 (none) to 21.
function contrast(a, b) {
	const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
	return (high + 0.05) / (low + 0.05);
}

function channels(color) {
	return (color.match(/[0-9.]+/g) || []).map(Number);
}

// What a text stands on: the nearest background that is not transparent.
function ground(element) {
	for (let at = element; at !== null; at = at.parentElement) {
		const color = channels(getComputedStyle(at).backgroundColor);
		if (color.length === 3 || color[3] > 0)
			return color.slice(0, 3);
	}
	return [255, 255, 255];
}

// Texts in pictures stand on the page or in a box.
function grounds(element) {
	const svg = element.closest('svg');
	if (svg === null)
		return [ground(element)];
	return [ground(svg), ...[...svg.querySelectorAll('rect.box')].slice(0, 1)
		.map((box) => channels(getComputedStyle(box).fill).slice(0, 3))];
}

let least = 21, texts = 0;
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
	const element = walker.currentNode.parentElement;
	if (walker.currentNode.data.trim() === '' || element.tagName === 'SCRIPT' ||
	    element.tagName === 'title')
		continue;
	const style = getComputedStyle(element);
	const color = channels(element.closest('svg') === null ? style.color : style.fill).slice(0, 3);
	texts++;
	for (const below of grounds(element)) {
		const found = contrast(color, below);
		least = Math.min(least, found);
		if (found < 4.5)
			problems.push(`contrast ${found.toFixed(2)}: ${walker.currentNode.data.slice(0, 40)}`);
	}
}

const width = document.documentElement.clientWidth;
if (document.documentElement.scrollWidth > width)
	problems.push(`overflow: ${document.documentElement.scrollWidth} of ${width}`);
for (const element of document.querySelectorAll('body *')) {
	const box = element.getBoundingClientRect();
	if (box.width > 0 && (box.right > width + 0.5 || box.left < -0.5))
		problems.push(`outside: ${element.tagName} ${element.textContent.slice(0, 40)}`);
}
for (const text of document.querySelectorAll('svg text')) {
	const box = text.getBoundingClientRect(), svg = text.closest('svg').getBoundingClientRect();
	if (box.right > svg.right + 0.5 || box.left < svg.left - 0.5 || box.bottom > svg.bottom + 0.5)
		problems.push(`outside its picture: ${text.textContent}`);
}

const title = document.querySelector('header h1').getBoundingClientRect();
if (title.top < 0 || title.bottom > window.innerHeight || title.height === 0)
	problems.push('the verdict is not visible without scrolling');
if (performance.getEntriesByType('resource').filter((entry) => entry.name !== 'measure.js' &&
    !entry.name.endsWith('/measure.js')).length > 0)
	problems.push('something was loaded from elsewhere');
const scheme = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
window.parent.postMessage(
	`${scheme} width ${width} texts ${texts} contrast ${least.toFixed(2)} problems ` +
	`${problems.length}: ${problems.slice(0, 5).join(' | ')}`, '*');
